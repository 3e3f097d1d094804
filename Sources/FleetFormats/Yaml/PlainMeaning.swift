/// What an unquoted scalar could mean to some YAML reader (1.1 or 1.2): only `.text` is text to all of them.
enum PlainMeaning: Hashable {
  case null
  case truth
  /// A decimal integer without leading zeros.
  case integer
  /// Anything else that some reader takes for a number: floats, hex, octal, base 60.
  case number
  case text

  private static let truths: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n"]

  init(_ text: String) {
    let lower = text.lowercased()
    if ["", "~", "null"].contains(lower) {
      self = .null
    } else if Self.truths.contains(lower) {
      self = .truth
    } else if Self.isInteger(text) {
      self = .integer
    } else if Self.isNumber(lower) {
      self = .number
    } else {
      self = .text
    }
  }

  private static func isInteger(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    return digits.utf8.count == 1 || digits.first != "0"
  }

  private static func isNumber(_ lower: String) -> Bool {
    let body = lower.hasPrefix("-") || lower.hasPrefix("+") ? lower.dropFirst() : lower[...]
    if [".inf", ".nan"].contains(body) { return true }
    for (prefix, digits) in [("0x", "0123456789abcdef_"), ("0o", "01234567_"), ("0b", "01_")]
    where body.hasPrefix(prefix) {
      return body.count > 2 && body.dropFirst(2).allSatisfy(digits.contains)
    }
    guard let first = body.first, first.isASCII, first.isNumber || first == "." else { return false }
    // `1_000`, `1.5`, `.5`, `1e3`, `1.`: digits, and at most one point and one exponent.
    return Double(body.filter { $0 != "_" }) != nil || isBase60(body)
  }

  /// `1:30` is ninety to YAML 1.1; an IPv6 address is not such a number.
  private static func isBase60(_ body: Substring) -> Bool {
    let parts = body.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1, parts[0].allSatisfy(\.isNumber) else { return false }
    return parts.dropFirst().allSatisfy { $0.count <= 2 && Int($0).map { (0..<60).contains($0) } ?? false }
  }
}
