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

/// The BIOS that a prerequisite asks of one vendor's hosts.
package struct BIOSNeed: Hashable, Sendable, Codable {
  /// As DMI spells it, for example `Dell Inc.`.
  package var vendor: String
  /// Smallest version, for example `2.14.1`.
  package var minimum: String

  package init(vendor: String, minimum: String) {
    self.vendor = vendor
    self.minimum = minimum
  }

  package enum Verdict: Hashable, Sendable {
    /// Another vendor's host, or a BIOS that is new enough.
    case met
    case tooOld(found: String)
    /// Unknown is never "new enough".
    case unknown(found: String?)
  }

  /// Judges `Observation.bios`: vendor, version and date in one line.
  package func judge(_ bios: String?) -> Verdict {
    guard let bios else { return .unknown(found: nil) }
    guard bios.hasPrefix(vendor + " ") else { return .met }
    var words = bios.dropFirst(vendor.count + 1).split(separator: " ")
    // The date has slashes, as DMI wants it; a version has none.
    if let last = words.last, last.contains("/") { words.removeLast() }
    guard words.count == 1, let found = BIOSVersion(words[0]), let least = BIOSVersion(minimum),
      let isMet = found.isAtLeast(least)
    else { return .unknown(found: bios) }
    return isMet ? .met : .tooOld(found: bios)
  }
}
