/// The SSH wire format (RFC 4251, section 5): big-endian integers and strings with a length before them.
struct SSHWireReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  var isAtEnd: Bool { position == bytes.endIndex }
  var remaining: Int { bytes.endIndex - position }

  mutating func byte() -> UInt8? {
    guard remaining >= 1 else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func uint32() -> UInt32? {
    guard remaining >= 4 else { return nil }
    defer { position += 4 }
    return bytes[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, remaining >= count else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func string() -> ArraySlice<UInt8>? {
    let start = position
    guard let count = uint32(), let value = take(Int(count)) else {
      position = start
      return nil
    }
    return value
  }

  mutating func text() -> String? {
    string().map { String(decoding: $0, as: UTF8.self) }
  }
}

struct SSHWireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func uint32(_ value: UInt32) {
    bytes.append(UInt8(value >> 24))
    bytes.append(UInt8(value >> 16 & 0xff))
    bytes.append(UInt8(value >> 8 & 0xff))
    bytes.append(UInt8(value & 0xff))
  }

  mutating func uint64(_ value: UInt64) {
    uint32(UInt32(truncatingIfNeeded: value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

  mutating func string(_ value: some Collection<UInt8>) {
    uint32(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func string(_ value: String) { string(value.utf8) }

  /// A positive multiple-precision integer from its big-endian magnitude.
  mutating func mpint(_ magnitude: some Collection<UInt8>) {
    let significant = magnitude.drop { $0 == 0 }
    let needsZero = significant.first.map { $0 >= 0x80 } ?? false
    uint32(UInt32(significant.count + (needsZero ? 1 : 0)))
    if needsZero { bytes.append(0) }
    bytes.append(contentsOf: significant)
  }
}
