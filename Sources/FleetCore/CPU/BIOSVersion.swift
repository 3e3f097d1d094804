/// A BIOS version as far as it can be compared: what stands before the first digit, then numbers with dots between.
///
/// Vendors number as they like. Only two versions with the same prefix compare, number by number; a missing number is 0.
package struct BIOSVersion: Hashable, Sendable, CustomStringConvertible {
  /// `R` of `R2.14`; often empty.
  package var prefix: String
  package var numbers: [Int]

  /// `nil`: the text cannot be compared with anything.
  package init?(_ text: some StringProtocol) {
    let digits = text.drop { !("0"..."9").contains($0) }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    // Nine digits fit any Int; nobody numbers a BIOS beyond that.
    let numbers = parts.compactMap { part in
      part.count <= 9 && part.allSatisfy { ("0"..."9").contains($0) } ? Int(part) : nil
    }
    guard !numbers.isEmpty, numbers.count == parts.count else { return nil }
    prefix = String(text[..<digits.startIndex])
    self.numbers = numbers
  }

  /// Whether this one is at least `other`; `nil` where the two cannot be compared.
  package func isAtLeast(_ other: BIOSVersion) -> Bool? {
    guard prefix == other.prefix else { return nil }
    for index in 0..<max(numbers.count, other.numbers.count) {
      let own = index < numbers.count ? numbers[index] : 0
      let least = index < other.numbers.count ? other.numbers[index] : 0
      if own != least { return own > least }
    }
    return true
  }

  package var description: String { prefix + numbers.map(String.init).joined(separator: ".") }
}
