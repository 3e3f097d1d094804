/// A SEV firmware version of a simulated host: three unsigned bytes, written in decimal.
package struct LabVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  package var major: UInt8
  package var minor: UInt8
  package var build: UInt8

  package init(_ major: UInt8, _ minor: UInt8, _ build: UInt8) {
    self.major = major
    self.minor = minor
    self.build = build
  }

  /// Nil unless the text is `major.minor.build` in decimal.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let major = UInt8(parts[0]), let minor = UInt8(parts[1]), let build = UInt8(parts[2])
    else { return nil }
    self.init(major, minor, build)
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let version = LabVersion(text) else { throw LabError(.invalid, "\(text) is not a version") }
    self = version
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package var description: String { "\(major).\(minor).\(build)" }

  package static func < (one: LabVersion, other: LabVersion) -> Bool {
    (one.major, one.minor, one.build) < (other.major, other.minor, other.build)
  }
}
