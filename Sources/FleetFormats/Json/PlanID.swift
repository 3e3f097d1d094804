package import FleetCore

/// The name of a plan: the SHA-256 of its canonical content, so that equal inputs give equal ids (RULES C).
package struct PlanID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
  /// `plan-` and 64 lower-case hex digits.
  package let rawValue: String

  /// Fewest hex digits that a person must give to mean a plan (INTERFACE).
  package static let minimumDigits = 8
  private static let mark = "plan-"

  /// `nil` unless the text is a whole id.
  package init?(rawValue: String) {
    guard rawValue.hasPrefix(Self.mark), ContentHash.isSHA256(String(rawValue.dropFirst(Self.mark.count))) else {
      return nil
    }
    self.rawValue = rawValue
  }

  package init(of plan: Plan) throws(JSONTextError) {
    rawValue = Self.mark + (try CanonicalJSON.sha256(of: plan))
  }

  package var description: String { rawValue }

  /// What is shown where the whole id is too long: enough digits to be given back.
  package var short: String { String(rawValue.prefix(Self.mark.count + 12)) }

  /// Whether a person's text can name a plan: `plan-` and 8 to 64 hex digits.
  package static func isAbbreviation(_ text: String) -> Bool {
    guard text.hasPrefix(mark) else { return false }
    let digits = text.dropFirst(mark.count)
    return (minimumDigits...64).contains(digits.utf8.count)
      && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
