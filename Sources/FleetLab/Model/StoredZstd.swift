/// Zstandard frames whose blocks are stored as they are: valid for every reader, and made without a compressor.
enum StoredZstd {
  private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
  private static let blockSize = 1 << 17

  static func frame(_ bytes: [UInt8]) -> [UInt8] {
    // Single segment, eight bytes of content size, no checksum.
    var frame = magic + [0b1110_0000]
    for index in 0..<8 { frame.append(UInt8(truncatingIfNeeded: bytes.count >> (8 * index))) }
    var start = 0
    repeat {
      let end = min(start + blockSize, bytes.count)
      let header = UInt32(end - start) << 3 | (end == bytes.count ? 1 : 0)
      for index in 0..<3 { frame.append(UInt8(truncatingIfNeeded: header >> (8 * index))) }
      frame += bytes[start..<end]
      start = end
    } while start < bytes.count
    return frame
  }

  /// The content of a frame made here; nil for any other.
  static func content(_ frame: [UInt8]) -> [UInt8]? {
    guard frame.count > 13, Array(frame[0..<4]) == magic, frame[4] == 0b1110_0000 else { return nil }
    var bytes: [UInt8] = []
    var at = 13
    while at + 3 <= frame.count {
      let header = Int(frame[at]) | Int(frame[at + 1]) << 8 | Int(frame[at + 2]) << 16
      let size = header >> 3
      guard header & 0b110 == 0, at + 3 + size <= frame.count else { return nil }
      bytes += frame[(at + 3)..<(at + 3 + size)]
      if header & 1 == 1 { return bytes }
      at += 3 + size
    }
    return nil
  }
}
