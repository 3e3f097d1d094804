/// A SEV firmware version, `major.minor.build`, each one unsigned byte.
///
/// The kernel and `sevctl` write it in decimal (`1.55.31`); AMD also writes hexadecimal (1.55.49 is hex 1.37.31).
/// Both spellings of one text are different real versions, so hex is only read with its `0x` mark (FACTS 1.1).
package struct FirmwareVersion: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package var major: UInt8
  package var minor: UInt8
  package var build: UInt8

  package init(_ major: UInt8, _ minor: UInt8, _ build: UInt8) {
    self.major = major
    self.minor = minor
    self.build = build
  }

  /// Reads the decimal spelling; leading zeros are refused, since only the hexadecimal spelling has them.
  package init?(decimal text: some StringProtocol) {
    guard let parts = Self.parts(text, radix: 10, allowsZeroPadding: false) else { return nil }
    self.init(parts[0], parts[1], parts[2])
  }

  /// Reads the hexadecimal spelling without mark, as in AMD's file names (`1.33.03` is 1.51.3).
  package init?(hexadecimal text: some StringProtocol) {
    guard let parts = Self.parts(text, radix: 16, allowsZeroPadding: true) else { return nil }
    self.init(parts[0], parts[1], parts[2])
  }

  /// Reads what an operator may write: decimal, or hex as `0x1.37.24`.
  package init?(_ text: some StringProtocol) {
    if text.hasPrefix("0x") {
      self.init(hexadecimal: text.dropFirst(2))
    } else {
      self.init(decimal: text)
    }
  }

  package var description: String { "\(major).\(minor).\(build)" }

  /// AMD's hexadecimal spelling, minor and build with two digits: `1.37.24` for 1.55.36.
  package var hexDescription: String { "\(Hex.padded(major, 1)).\(Hex.padded(minor, 2)).\(Hex.padded(build, 2))" }

  /// Both spellings, as people are always shown them.
  package var bothSpellings: String { "\(description) (hex \(hexDescription))" }

  package static func < (left: FirmwareVersion, right: FirmwareVersion) -> Bool {
    (left.major, left.minor, left.build) < (right.major, right.minor, right.build)
  }

  private static func parts(_ text: some StringProtocol, radix: Int, allowsZeroPadding: Bool) -> [UInt8]? {
    let fields = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 3 else { return nil }
    var values: [UInt8] = []
    for field in fields {
      guard (1...3).contains(field.utf8.count), field.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
      if !allowsZeroPadding, field.utf8.count > 1, field.first == "0" { return nil }
      if radix == 16, field.utf8.count > 2 { return nil }
      guard let value = UInt8(field, radix: radix) else { return nil }
      values.append(value)
    }
    return values
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = FirmwareVersion(decimal: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a firmware version: \(text)")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
