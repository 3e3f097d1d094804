/// Writes one value as JSON, with its keys sorted and slashes as they are: the very text that Foundation's encoder writes
/// with `sortedKeys` and `withoutEscapingSlashes`, which a test holds it to, in a third of the time. Records are most of
/// what the store writes, and their encoding was a quarter of a simulated night.
///
/// Dates, data and decimal numbers are no part of a record; here they would be written as their own types encode them.
final class RecordEncoder: Encoder {
  let pieces: RecordPieces
  var piece: RecordPieces.Piece?
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private init(_ pieces: RecordPieces, _ codingPath: [any CodingKey]) {
    self.pieces = pieces
    self.codingPath = codingPath
  }

  /// Throws `EncodingError` where the value says so, or holds a number that is none.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = RecordEncoder(RecordPieces(), [])
    try value.encode(to: encoder)
    return encoder.pieces.text(encoder.piece ?? .object(RecordPieces.Object()))
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    // Two containers of one encoder are one object.
    if case .object(let object) = piece { return KeyedEncodingContainer(Keyed(encoder: self, object: object)) }
    let object = RecordPieces.Object()
    piece = .object(object)
    return KeyedEncodingContainer(Keyed(encoder: self, object: object))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .array(let array) = piece { return Unkeyed(encoder: self, array: array) }
    let array = RecordPieces.Array()
    piece = .array(array)
    return Unkeyed(encoder: self, array: array)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  // MARK: What a container asks of it

  fileprivate func child() -> RecordEncoder { RecordEncoder(pieces, codingPath) }

  fileprivate func encoded(_ value: some Encodable) throws -> RecordPieces.Piece {
    let child = child()
    try value.encode(to: child)
    return child.piece ?? .object(RecordPieces.Object())
  }

  fileprivate func number(
    _ value: some BinaryFloatingPoint & CustomStringConvertible
  ) throws -> RecordPieces.Piece {
    guard let piece = pieces.number(value) else {
      let text = "\(value) is no number that JSON knows"
      throw EncodingError.invalidValue(value, EncodingError.Context(codingPath: codingPath, debugDescription: text))
    }
    return piece
  }
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: RecordEncoder
  let object: RecordPieces.Object

  var codingPath: [any CodingKey] { encoder.codingPath }
  private var pieces: RecordPieces { encoder.pieces }

  private func set(_ key: Key, _ value: RecordPieces.Piece) { object.fields.append((key.stringValue, value)) }

  func encodeNil(forKey key: Key) { set(key, pieces.null()) }
  func encode(_ value: Bool, forKey key: Key) { set(key, pieces.bool(value)) }
  func encode(_ value: String, forKey key: Key) { set(key, pieces.string(value)) }
  func encode(_ value: Double, forKey key: Key) throws { set(key, try encoder.number(value)) }
  func encode(_ value: Float, forKey key: Key) throws { set(key, try encoder.number(value)) }
  func encode(_ value: Int, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: Int8, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: Int16, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: Int32, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: Int64, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: UInt, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: UInt8, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: UInt16, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: UInt32, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: UInt64, forKey key: Key) { set(key, pieces.integer(value)) }
  func encode(_ value: some Encodable, forKey key: Key) throws { set(key, try encoder.encoded(value)) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    let nested = RecordPieces.Object()
    set(key, .object(nested))
    return KeyedEncodingContainer(Keyed<Nested>(encoder: encoder, object: nested))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    let nested = RecordPieces.Array()
    set(key, .array(nested))
    return Unkeyed(encoder: encoder, array: nested)
  }

  func superEncoder() -> any Encoder { given("super") }
  func superEncoder(forKey key: Key) -> any Encoder { given(key.stringValue) }

  private func given(_ key: String) -> any Encoder {
    let child = encoder.child()
    object.fields.append((key, .encoder(child)))
    return child
  }
}

private struct Unkeyed: UnkeyedEncodingContainer {
  let encoder: RecordEncoder
  let array: RecordPieces.Array

  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { array.elements.count }
  private var pieces: RecordPieces { encoder.pieces }

  private func add(_ value: RecordPieces.Piece) { array.elements.append(value) }

  func encodeNil() { add(pieces.null()) }
  func encode(_ value: Bool) { add(pieces.bool(value)) }
  func encode(_ value: String) { add(pieces.string(value)) }
  func encode(_ value: Double) throws { add(try encoder.number(value)) }
  func encode(_ value: Float) throws { add(try encoder.number(value)) }
  func encode(_ value: Int) { add(pieces.integer(value)) }
  func encode(_ value: Int8) { add(pieces.integer(value)) }
  func encode(_ value: Int16) { add(pieces.integer(value)) }
  func encode(_ value: Int32) { add(pieces.integer(value)) }
  func encode(_ value: Int64) { add(pieces.integer(value)) }
  func encode(_ value: UInt) { add(pieces.integer(value)) }
  func encode(_ value: UInt8) { add(pieces.integer(value)) }
  func encode(_ value: UInt16) { add(pieces.integer(value)) }
  func encode(_ value: UInt32) { add(pieces.integer(value)) }
  func encode(_ value: UInt64) { add(pieces.integer(value)) }
  func encode(_ value: some Encodable) throws { add(try encoder.encoded(value)) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    let nested = RecordPieces.Object()
    add(.object(nested))
    return KeyedEncodingContainer(Keyed<Nested>(encoder: encoder, object: nested))
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    let nested = RecordPieces.Array()
    add(.array(nested))
    return Unkeyed(encoder: encoder, array: nested)
  }

  func superEncoder() -> any Encoder {
    let child = encoder.child()
    add(.encoder(child))
    return child
  }
}

private struct Single: SingleValueEncodingContainer {
  let encoder: RecordEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }
  private var pieces: RecordPieces { encoder.pieces }

  func encodeNil() { encoder.piece = pieces.null() }
  func encode(_ value: Bool) { encoder.piece = pieces.bool(value) }
  func encode(_ value: String) { encoder.piece = pieces.string(value) }
  func encode(_ value: Double) throws { encoder.piece = try encoder.number(value) }
  func encode(_ value: Float) throws { encoder.piece = try encoder.number(value) }
  func encode(_ value: Int) { encoder.piece = pieces.integer(value) }
  func encode(_ value: Int8) { encoder.piece = pieces.integer(value) }
  func encode(_ value: Int16) { encoder.piece = pieces.integer(value) }
  func encode(_ value: Int32) { encoder.piece = pieces.integer(value) }
  func encode(_ value: Int64) { encoder.piece = pieces.integer(value) }
  func encode(_ value: UInt) { encoder.piece = pieces.integer(value) }
  func encode(_ value: UInt8) { encoder.piece = pieces.integer(value) }
  func encode(_ value: UInt16) { encoder.piece = pieces.integer(value) }
  func encode(_ value: UInt32) { encoder.piece = pieces.integer(value) }
  func encode(_ value: UInt64) { encoder.piece = pieces.integer(value) }
  func encode(_ value: some Encodable) throws { try value.encode(to: encoder) }
}
