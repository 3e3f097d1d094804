/// Markup. What came from outside was escaped on its way in: nothing else can make one.
package struct Html: Hashable, Sendable {
  /// The markup as it is sent.
  package let text: String

  package static let empty = Html(markup: "")

  /// Only `Tag`, `HtmlBuilder` and the document itself say that something is markup already.
  init(markup: String) { text = markup }

  /// Text as a person reads it, made harmless.
  package init(escaping text: some StringProtocol) { self.init(markup: HtmlEscape.text(text)) }

  static func joined(_ parts: some Sequence<Html>) -> Html {
    var markup = ""
    for part in parts { markup += part.text }
    return Html(markup: markup)
  }
}

/// Makes any text harmless inside an element and inside a double-quoted attribute.
enum HtmlEscape {
  static func text(_ text: some StringProtocol) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(isShown(scalar) ? scalar : "\u{FFFD}")
      }
    }
    return escaped
  }

  /// Control characters break documents, and those that turn the direction of text let one name look like another.
  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: true
    case 0...0x1F, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE...0xFFFF: false
    default: true
    }
  }
}

/// Collects markup; text in it is escaped.
@resultBuilder package enum HtmlBuilder {
  package static func buildExpression(_ text: some StringProtocol) -> Html { Html(escaping: text) }
  package static func buildExpression(_ number: Int) -> Html { Html(escaping: "\(number)") }
  package static func buildExpression(_ html: Html) -> Html { html }
  package static func buildExpression(_ html: Html?) -> Html { html ?? .empty }
  package static func buildExpression(_ parts: [Html]) -> Html { .joined(parts) }
  package static func buildBlock(_ parts: Html...) -> Html { .joined(parts) }
  package static func buildOptional(_ part: Html?) -> Html { part ?? .empty }
  package static func buildEither(first part: Html) -> Html { part }
  package static func buildEither(second part: Html) -> Html { part }
  package static func buildArray(_ parts: [Html]) -> Html { .joined(parts) }
}
