import Crypto
package import FleetCore
import Foundation

/// A made-up firmware image: a header as the format has it, and nothing behind it that any processor would take.
package struct SimImage: Hashable, Sendable {
  /// Bytes; real ones have 32 to 130 kB, and nothing here depends on it.
  private static let size = 512

  package var image: FirmwareImage
  package var bytes: [UInt8]
  /// Whether its content is made up here.
  var isMadeUp = true

  /// A real image, known by what a plan says of it.
  init(planned image: FirmwareImage) {
    self.image = image
    bytes = []
    isMadeUp = false
  }

  package init(_ familyModel: FamilyModel, _ version: FirmwareVersion, spl: UInt8) {
    var bytes = [UInt8](repeating: 0, count: Self.size)
    // `$PS1`, the signed size, the signed flag, the security patch level, the version, the size and the type (FACTS 3).
    bytes.replaceSubrange(0x10..<0x14, with: [0x24, 0x50, 0x53, 0x31])
    bytes.replaceSubrange(0x14..<0x16, with: [0x00, 0x01])
    bytes[0x30] = 1
    bytes[0x4C] = spl
    bytes.replaceSubrange(0x60..<0x63, with: [version.build, version.minor, version.major])
    bytes.replaceSubrange(0x6C..<0x6E, with: [0x00, 0x02])
    bytes[0x7C] = 0x39
    bytes[0x80] = UInt8(truncatingIfNeeded: familyModel.family)
    bytes[0x81] = UInt8(truncatingIfNeeded: familyModel.modelHigh)
    self.bytes = bytes
    let sha256 = SHA256.hash(data: Data(bytes)).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0\(text)" : text
    }.joined()
    image = FirmwareImage(
      familyModel: familyModel, version: version, spl: Int(spl), sha256: sha256, size: bytes.count,
      kernelName: familyModel.kernelName, path: "")
  }
}
