/// What went wrong, in one sentence, with what was expected and found.
package enum ErrorPage {
  package struct Model: Hashable, Sendable {
    /// Of HTTP, such as 404.
    package var status: Int
    package var kind: String
    package var text: String
    package var expected: String?
    package var found: String?

    package init(status: Int, kind: String, text: String, expected: String? = nil, found: String? = nil) {
      self.status = status
      self.kind = kind
      self.text = text
      self.expected = expected
      self.found = found
    }
  }

  package static func render(_ model: Model, _ context: PageContext) -> String {
    PageShell.document(context, area: nil, title: "Error \(model.status)") {
      Tag.div(.class("narrow", "panel")) {
        Tag.h1 { "That did not work" }
        Tag.p { model.text }
        PageParts.facts(
          [("Status", Html(escaping: "\(model.status)")), ("Kind", Tag.code { model.kind })]
            + [("Expected", model.expected), ("Found", model.found)].compactMap { name, value in
              value.map { (name, Html(escaping: $0)) }
            })
        Tag.p { Tag.a(.class("button"), .href(PageLinks.fleet)) { "To the fleet" } }
      }
    }
  }
}
