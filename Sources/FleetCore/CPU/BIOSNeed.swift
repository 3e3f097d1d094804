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
