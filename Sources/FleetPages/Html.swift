/// Text that is HTML already; everything else is escaped on its way in.
package struct Html: Hashable, Sendable {
  package let text: String

  init(text: String) { self.text = text }
}
