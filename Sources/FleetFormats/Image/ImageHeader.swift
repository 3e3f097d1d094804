package import FleetCore

/// The 256-byte header of a SEV firmware image (FACTS 3). It decides the version; no name does.
///
/// The layout is AMD's published one and was checked against a real Naples image; for newer families it is assumed
/// the same, hence the checks on magic, sizes and type before any field is trusted.
package struct ImageHeader: Hashable, Sendable {
  /// Bytes of the header.
  package static let size = 256
  /// Real images have 32 to 130 kB, and the kernel hands them over in one contiguous piece.
  package static let maximumImageBytes = 4 * 1024 * 1024
  /// `$PS1` at 0x10.
  package static let magic: [UInt8] = [0x24, 0x50, 0x53, 0x31]
  /// Type of a SEV image, at 0x7C.
  package static let sevType: UInt8 = 0x39

  /// Where each field lies. All numbers are little-endian.
  private enum Offset {
    static let magic = 0x10
    static let signedSize = 0x14
    static let signed = 0x30
    static let keyID = 0x38
    static let spl = 0x4C
    static let build = 0x60
    static let minor = 0x61
    static let major = 0x62
    static let apuFamilyID = 0x64
    static let imageSize = 0x6C
    static let type = 0x7C
  }

  package var version: FirmwareVersion
  /// Security patch level: the `snp` component of the TCB that the image brings.
  package var spl: Int
  /// Bytes the signature covers.
  package var signedSize: Int
  /// Bytes of the whole image; 0 in some.
  package var size: Int
  package var type: UInt8
  package var signed: Bool
  /// The signing key's id, lower-case hex.
  package var keyID: String
  package var apuFamilyID: UInt32

  package init(
    version: FirmwareVersion, spl: Int, signedSize: Int, size: Int, type: UInt8, signed: Bool, keyID: String,
    apuFamilyID: UInt32
  ) {
    self.version = version
    self.spl = spl
    self.signedSize = signedSize
    self.size = size
    self.type = type
    self.signed = signed
    self.keyID = keyID
    self.apuFamilyID = apuFamilyID
  }

  /// Reads and checks a whole (decompressed) image.
  package static func parse(image: some RandomAccessCollection<UInt8>) throws(ImageHeaderError) -> ImageHeader {
    guard image.count <= maximumImageBytes else { throw .tooLarge(bytes: image.count) }
    return try parse(image, fileSize: image.count)
  }

  /// Reads and checks the first 256 bytes. `fileSize`: of the decompressed file, where known.
  package static func parse(
    _ bytes: some RandomAccessCollection<UInt8>, fileSize: Int?
  ) throws(ImageHeaderError) -> ImageHeader {
    guard bytes.count >= size else { throw .tooShort(bytes: bytes.count) }
    if let fileSize, fileSize > maximumImageBytes { throw .tooLarge(bytes: fileSize) }
    let header = Array(bytes.prefix(size))
    let found = Array(header[Offset.magic..<Offset.magic + 4])
    guard found == magic else { throw .notAnImage(found: hex(found)) }
    guard header[Offset.type] == sevType else { throw .wrongType(found: header[Offset.type]) }
    let signedSize = number(header, Offset.signedSize)
    let imageSize = number(header, Offset.imageSize)
    let limit = fileSize ?? maximumImageBytes
    guard (1...limit).contains(signedSize) else { throw .signedSize(found: signedSize, limit: limit) }
    if imageSize != 0, let fileSize, imageSize != fileSize { throw .imageSize(field: imageSize, file: fileSize) }
    if imageSize > maximumImageBytes { throw .tooLarge(bytes: imageSize) }
    return ImageHeader(
      version: FirmwareVersion(header[Offset.major], header[Offset.minor], header[Offset.build]),
      spl: number(header, Offset.spl), signedSize: signedSize, size: imageSize, type: header[Offset.type],
      signed: number(header, Offset.signed) != 0, keyID: hex(header[Offset.keyID..<Offset.keyID + 16]),
      apuFamilyID: UInt32(number(header, Offset.apuFamilyID)))
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { $0 += Hex.padded($1, 2) }
  }
}
