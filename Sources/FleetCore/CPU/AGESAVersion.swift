/// A platform initialisation (AGESA) version as far as it can be compared, for example `1.0.0.H` or `Genoa++ 1.0.0.H`.
///
/// AMD counts the last part on from 9 to A. Only versions of the same line, the words in front, compare.
package struct AGESAVersion: Hashable, Sendable {
  /// `Genoa++`; often empty.
  package var line: String
  package var parts: [Int]

  /// `nil`: the text cannot be compared with anything.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard let last = words.last else { return nil }
    line = words.dropLast().joined(separator: " ")
    let parts = last.split(separator: ".", omittingEmptySubsequences: false)
    // Base 36: digits, then letters; a part has one digit or two.
    let numbers = parts.compactMap { part in
      (1...2).contains(part.utf8.count) && part.allSatisfy(\.isASCII) ? Int(part.uppercased(), radix: 36) : nil
    }
    guard parts.count == 4, numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    self.parts = numbers
  }

  /// Whether this one is at least `other`; `nil` where the two are of different lines.
  package func isAtLeast(_ other: AGESAVersion) -> Bool? {
    guard line == other.line else { return nil }
    return !parts.lexicographicallyPrecedes(other.parts)
  }
}
