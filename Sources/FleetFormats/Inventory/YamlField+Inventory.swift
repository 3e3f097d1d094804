import FleetCore

/// Readers for the value grammars of INTERFACE, "Files".
extension YamlField {
  /// A duration `^[0-9]+(ms|s|m|h|d)$` of at least `minimum`.
  func duration(atLeast minimum: Duration = .zero) -> Duration? {
    let expected = "a duration such as 90s, 10m or 2h"
    guard let text = spelling(expected) else { return nil }
    guard let duration = DurationText.read(text) else {
      let unit = PlainMeaning(text) == .integer ? " (write the unit: ms, s, m, h or d)" : ""
      report(.invalidValue, "\(name) must be \(expected), not \"\(text.shortened)\"\(unit)")
      return nil
    }
    guard duration >= minimum else {
      report(.invalidValue, "\(name) must be at least \(DurationText.spelling(minimum)), not \(text)")
      return nil
    }
    return duration
  }

  /// A number of hosts or a percentage.
  func amount(zeroAllowed: Bool) -> Amount? {
    guard let text = spelling("a number or a percentage") else { return nil }
    let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
    guard PlainMeaning(String(digits)) == .integer, let value = Int(digits), value >= 0,
      value <= InventoryLimits.hostCount.upperBound
    else {
      report(.invalidValue, "\(name) must be a number or a percentage, not \"\(text.shortened)\"")
      return nil
    }
    guard value > 0 || zeroAllowed else {
      report(.invalidValue, "\(name) must be at least 1, not \(text)")
      return nil
    }
    guard text.hasSuffix("%") else { return .number(value) }
    guard value <= 100 else {
      report(.invalidValue, "\(name) must be at most 100%, not \(text)")
      return nil
    }
    return .percent(value)
  }

  /// A name that is safe in commands, selectors, file names and reasons.
  func word(_ expected: String) -> String? { text(expected, where: NameText.isName) }

  /// A command: an absolute path and its arguments. Unquoted whole numbers are arguments as they are written.
  func argv() -> [String]? {
    let arguments = list(maximum: InventoryLimits.argv) { field -> String? in
      if case .scalar(let text, plain: true) = field.node.content, PlainMeaning(text) == .integer { return text }
      return field.text("an argument without control characters", where: NameText.isPrintable)
    }
    guard let arguments else { return nil }
    guard let program = arguments.first else {
      report(.invalidValue, "\(name) must name a program")
      return nil
    }
    guard program.hasPrefix("/") else {
      report(.invalidValue, "\(name) must start with the absolute path of a program, not \"\(program.shortened)\"")
      return nil
    }
    return arguments
  }
}
