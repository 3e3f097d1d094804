/// What a closure of `serve` refuses, as the other process shall be told.
package struct ServeRefusal: Error, Hashable, Sendable {
  package var kind: String
  package var text: String
  package var expected: String?
  package var found: String?

  package init(_ kind: String, _ text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }
}
