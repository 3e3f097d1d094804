/// The text of one record while it is put together: scalars are written where they come, objects and arrays know their
/// parts, and `text` puts everything in its place. One record is encoded by one thread.
final class RecordPieces {
  indirect enum Piece {
    /// Already text: a part of `scalars`.
    case scalar(Range<Int>)
    case object(Object)
    case array(Array)
    /// An encoder that was given away, and holds what was encoded in it.
    case encoder(RecordEncoder)
  }

  final class Object {
    var fields: [(key: String, value: Piece)] = []
  }

  final class Array {
    var elements: [Piece] = []
  }

  private var scalars: [UInt8] = []
  private static let usualBytes = 4096

  init() { scalars.reserveCapacity(Self.usualBytes) }

  // MARK: Scalars

  private func scalar(_ write: (inout [UInt8]) -> Void) -> Piece {
    let start = scalars.count
    write(&scalars)
    return .scalar(start..<scalars.count)
  }

  func null() -> Piece { scalar { $0 += "null".utf8 } }
  func bool(_ value: Bool) -> Piece { scalar { $0 += value ? "true".utf8 : "false".utf8 } }
  func integer(_ value: some BinaryInteger) -> Piece { scalar { $0 += value.description.utf8 } }
  func string(_ value: String) -> Piece { scalar { Self.write(value, &$0) } }

  /// A whole number has no fraction, as every reader of JSON takes it for the same. `nil`: JSON knows no such number.
  func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> Piece? {
    guard value.isFinite else { return nil }
    var text = value.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    return scalar { $0 += text.utf8 }
  }

  private static func write(_ string: String, _ bytes: inout [UInt8]) {
    var string = string
    bytes.append(0x22)
    string.withUTF8 { utf8 in
      var plain = 0
      for (place, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
        bytes += utf8[plain..<place]
        bytes += escaped(byte)
        plain = place + 1
      }
      bytes += utf8[plain...]
    }
    bytes.append(0x22)
  }

  private static func escaped(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case 0x08: Swift.Array(#"\b"#.utf8)
    case 0x09: Swift.Array(#"\t"#.utf8)
    case 0x0A: Swift.Array(#"\n"#.utf8)
    case 0x0C: Swift.Array(#"\f"#.utf8)
    case 0x0D: Swift.Array(#"\r"#.utf8)
    case 0x22, 0x5C: [0x5C, byte]
    default: Swift.Array("\\u00".utf8) + [digit(byte >> 4), digit(byte & 0xF)]
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  // MARK: The whole

  func text(_ piece: Piece) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scalars.count * 2)
    write(piece, &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(_ piece: Piece, _ bytes: inout [UInt8]) {
    switch piece {
    case .scalar(let range): bytes += scalars[range]
    case .encoder(let encoder): write(encoder.piece ?? .object(Object()), &bytes)
    case .array(let array):
      bytes.append(0x5B)
      for (index, element) in array.elements.enumerated() {
        if index > 0 { bytes.append(0x2C) }
        write(element, &bytes)
      }
      bytes.append(0x5D)
    case .object(let object):
      bytes.append(0x7B)
      for (index, field) in object.fields.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { bytes.append(0x2C) }
        Self.write(field.key, &bytes)
        bytes.append(0x3A)
        write(field.value, &bytes)
      }
      bytes.append(0x7D)
    }
  }
}
