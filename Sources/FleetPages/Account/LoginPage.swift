/// Where a token is given for a session.
package enum LoginPage {
  /// - Parameters:
  ///   - refusal: why the last try was refused, in one sentence.
  ///   - next: the page that was asked for; the server goes on to it only where it is one of its own.
  package static func render(refusal: String? = nil, next: String? = nil, _ context: PageContext) -> String {
    PageShell.document(context, area: nil, title: "Sign in") {
      Tag.div(.class("narrow", "panel")) {
        Tag.h1 { "Sign in" }
        refusal.map { refusal in PageParts.notice(.bad, .warning) { Tag.span(.role("alert")) { refusal } } }
        Tag.form(.class("stack"), .plain("method", "post"), .action(PageLinks.login)) {
          next.map { next in PageParts.hidden("next", next) }
          Tag.label(.plain("for", "token")) { "Token" }
          Tag.input(
            .type("password"), .id("token"), .name("token"), .flag("required"), .flag("autofocus"),
            .plain("autocomplete", "current-password"), .described(by: "token-says"))
          Tag.p(.id("token-says"), .class("muted")) {
            "An administrator makes one with "
            Tag.code { "sevfleet token create" }
            "."
          }
          Tag.button(.type("submit"), .class("button", "primary")) { "Sign in" }
        }
      }
    }
  }
}
