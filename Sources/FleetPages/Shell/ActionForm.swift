/// An action as a real form: a button that opens it, a reason where one is asked for, and what it will do in words.
struct ActionForm {
  var ability: PageAbility
  var target: Link
  /// Where it leads when it is done.
  var back: Link
  var title: String
  var icon: Icon
  /// What happens when the form is sent.
  var says: String
  var asksReason: Bool
  /// The plan shuts so many servers down, and a person has to give the number back; 0: it is not asked for.
  var restarts = 0
  /// Whether it stops work or gives something up.
  var isGrave = false

  func html(_ context: PageContext) -> Html {
    guard let viewer = context.viewer, context.may(ability) else { return .empty }
    let id = "act-\(ability.rawValue)"
    return Tag.details(.class("action", isGrave ? "grave" : ""), .id(id)) {
      Tag.summary(.class("button", isGrave ? "grave" : "")) {
        icon.html
        title
      }
      Tag.form(.class("action-form"), .plain("method", "post"), .action(target)) {
        PageParts.hidden("csrf", viewer.formToken)
        PageParts.hidden("back", back.text)
        Tag.p(.id("\(id)-says")) { says }
        if asksReason {
          Tag.label(.plain("for", "\(id)-reason")) { "Reason" }
          Tag.input(
            .type("text"), .id("\(id)-reason"), .name("reason"), .plain("maxlength", "\(Self.longestReason)"),
            .flag("required"), .plain("autocomplete", "off"), .described(by: "\(id)-says"))
        }
        if restarts > 0 { askRestarts(id) }
        Tag.button(.type("submit"), .class("button", isGrave ? "grave" : "primary")) { "\(title) now" }
      }
    }
  }

  @HtmlBuilder private func askRestarts(_ id: String) -> Html {
    Tag.label(.plain("for", "\(id)-restarts")) {
      "Servers that may be shut down: the plan shuts down \(PageText.grouped(restarts))"
    }
    Tag.input(
      .type("text"), .id("\(id)-restarts"), .name("acceptRestarts"), .plain("inputmode", "numeric"),
      .plain("pattern", "[0-9]+"), .plain("maxlength", "6"), .flag("required"), .plain("autocomplete", "off"),
      .described(by: "\(id)-says"))
  }

  /// A sentence, not an essay; the journal keeps it for ever.
  static let longestReason = 500
}
