import FleetCore

/// Readers for the values of facts and of the catalog.
extension YamlField {
  /// A version as an operator may write it.
  func version() -> FirmwareVersion? {
    guard let text = spelling("a version such as 1.55.36") else { return nil }
    if let version = FirmwareVersion(text) { return version }
    report(.invalidValue, "\(name): \(TargetText.Problem.notAVersion(text.shortened).text)")
    return nil
  }

  /// A whole number, decimal or hex with `0x`.
  func number(_ range: ClosedRange<Int>) -> Int? {
    guard let text = spelling("a number") else { return nil }
    let value = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    guard let value, !text.hasPrefix("+"), !text.hasPrefix("0x-"), !text.hasPrefix("0x+") else {
      return refuse("a number, decimal or hex as 0x1f")
    }
    guard range.contains(value) else {
      report(.invalidValue, "\(name) must be \(range.lowerBound) to \(range.upperBound), not \(text.shortened)")
      return nil
    }
    return value
  }

  /// One line of text.
  func sentence() -> String? { text("one line of text", where: NameText.isPrintable) }

  /// A day such as 2026-11-27.
  func date() -> CivilDate? {
    guard let text = spelling("a day such as 2026-11-27") else { return nil }
    if let date = CivilDate(text) { return date }
    report(.invalidValue, "\(name) must be a day such as 2026-11-27, not \"\(text.shortened)\"")
    return nil
  }
}
