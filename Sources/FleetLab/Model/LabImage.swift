/// A made-up SEV firmware image: a true header, and filler where AMD's code would be.
package struct LabImage: Sendable, Equatable, Codable {
  package var version: LabVersion
  /// Security patch level, the `snp` of the TCB.
  package var spl: UInt8
  /// Size in bytes. Real images have 32 to 130 kB.
  package var size: Int
  /// The processors it is for, as in the catalog's folder names (`fam19h_model0xh`). The header does not tell it; the
  /// filler does, as a stand-in for the signature that only the right processor accepts. Nil: every processor.
  package var family: String?

  /// - Parameter size: at least 1024, at most 16 MiB.
  package init(version: LabVersion, spl: UInt8, family: String? = nil, size: Int = 4096) {
    self.version = version
    self.spl = spl
    self.family = family
    self.size = max(size, 1024)
  }

  /// The file: the same values always give the same bytes.
  package static func make(version: LabVersion, spl: UInt8, family: String? = nil, size: Int = 4096) -> [UInt8] {
    LabImage(version: version, spl: spl, family: family, size: size).bytes
  }

  private static let magic = Array("$PS1".utf8)
  private static let headerSize = 0x100
  private static let signatureSize = 0x100
  private static let sevType: UInt32 = 0x39
  private static let familyMark = Array("FILLER FOR ".utf8)

  /// The file's bytes.
  package var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    func put(_ value: UInt32, at offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    bytes.replaceSubrange(0x10..<0x14, with: Self.magic)
    put(UInt32(size - Self.headerSize - Self.signatureSize), at: 0x14)
    put(1, at: 0x30)
    for index in 0..<16 { bytes[0x38 + index] = UInt8(index * 17) }
    put(UInt32(spl), at: 0x4c)
    put(UInt32(version.major) << 16 | UInt32(version.minor) << 8 | UInt32(version.build), at: 0x60)
    put(0xffff_ffff, at: 0x64)
    put(UInt32(size), at: 0x6c)
    put(Self.sevType, at: 0x7c)
    fill(&bytes)
    if let family {
      let mark = Self.familyMark + Array(family.utf8) + [0]
      bytes.replaceSubrange(Self.headerSize..<(Self.headerSize + mark.count), with: mark)
    }
    return bytes
  }

  private func fill(_ bytes: inout [UInt8]) {
    var state = UInt64(version.major) << 24 | UInt64(version.minor) << 16 | UInt64(version.build) << 8 | UInt64(spl)
    state = state &* 0x9e37_79b9_7f4a_7c15 | 1
    for index in Self.headerSize..<size {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      bytes[index] = UInt8(truncatingIfNeeded: state)
    }
  }

  /// What a security processor would read; nil where it would refuse the file as malformed.
  package init?(reading bytes: [UInt8]) {
    func get(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
    }
    guard bytes.count >= Self.headerSize + Self.signatureSize, Array(bytes[0x10..<0x14]) == Self.magic,
      get(0x7c) == Self.sevType, get(0x6c) == bytes.count || get(0x6c) == 0,
      Int(get(0x14)) + Self.headerSize <= bytes.count
    else { return nil }
    version = LabVersion(bytes[0x62], bytes[0x61], bytes[0x60])
    spl = UInt8(truncatingIfNeeded: get(0x4c))
    size = bytes.count
    let mark = bytes[Self.headerSize...]
    guard mark.starts(with: Self.familyMark) else { return }
    family = Text.decode(mark.dropFirst(Self.familyMark.count).prefix { $0 != 0 }.prefix(64))
  }
}
