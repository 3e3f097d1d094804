/// An object being encoded.
struct JSONTreeObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: JSONTreeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  private func child(_ key: any CodingKey) -> JSONTreeEncoder {
    encoder.child(encoder.tree.member(key.stringValue), key)
  }

  private func put(_ value: (some Encodable)?, _ key: Key) throws {
    if let value { try child(key).encode(value) } else { skip(key) }
  }

  private func putInteger(_ value: (some BinaryInteger)?, _ key: Key) {
    if let value { set(.integer(String(value)), key) } else { skip(key) }
  }

  private func skip(_ key: Key) {
    if encoder.style.explicitNulls { set(.null, key) }
  }

  func encodeNil(forKey key: Key) { set(.null, key) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try child(key).encode(value) }

  // Most members are scalars: they need no encoder of their own to end up as the same leaf.
  private func set(_ content: JSONTree.Content, _ key: Key) { encoder.tree.member(key.stringValue).content = content }
  func encode(_ value: Bool, forKey key: Key) { set(.boolean(value), key) }
  func encode(_ value: String, forKey key: Key) { set(.string(value), key) }
  func encode(_ value: Int, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: Int8, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: Int16, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: Int32, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: Int64, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: UInt, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: UInt8, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: UInt16, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: UInt32, forKey key: Key) { set(.integer(String(value)), key) }
  func encode(_ value: UInt64, forKey key: Key) { set(.integer(String(value)), key) }

  func encodeIfPresent(_ value: Bool?, forKey key: Key) {
    if let value { set(.boolean(value), key) } else { skip(key) }
  }
  func encodeIfPresent(_ value: String?, forKey key: Key) {
    if let value { set(.string(value), key) } else { skip(key) }
  }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) { putInteger(value, key) }
  func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try put(value, key) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { child(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { child(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { child(JSONTreeKey(stringValue: "super")) }
  func superEncoder(forKey key: Key) -> any Encoder { child(key) }
}

/// An array being encoded.
struct JSONTreeArray: UnkeyedEncodingContainer {
  let encoder: JSONTreeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.tree.count }

  private func child() -> JSONTreeEncoder {
    let key = JSONTreeKey(stringValue: String(count))
    return encoder.child(encoder.tree.element(), key)
  }

  func encodeNil() { child().tree.content = .null }
  func encode(_ value: some Encodable) throws { try child().encode(value) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    child().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
  func superEncoder() -> any Encoder { child() }
}

/// One scalar being encoded.
struct JSONTreeValue: SingleValueEncodingContainer {
  let encoder: JSONTreeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  private func set(_ content: JSONTree.Content) { encoder.tree.content = content }
  private func set(_ value: some BinaryInteger) { set(.integer(String(value))) }

  private func refuse(_ value: Any) -> EncodingError {
    EncodingError.invalidValue(
      value, EncodingError.Context(codingPath: codingPath, debugDescription: "fractions are not written"))
  }

  func encodeNil() { set(.null) }
  func encode(_ value: Bool) { set(.boolean(value)) }
  func encode(_ value: String) { set(.string(value)) }
  func encode(_ value: Double) throws { throw refuse(value) }
  func encode(_ value: Float) throws { throw refuse(value) }
  func encode(_ value: Int) { set(value) }
  func encode(_ value: Int8) { set(value) }
  func encode(_ value: Int16) { set(value) }
  func encode(_ value: Int32) { set(value) }
  func encode(_ value: Int64) { set(value) }
  func encode(_ value: UInt) { set(value) }
  func encode(_ value: UInt8) { set(value) }
  func encode(_ value: UInt16) { set(value) }
  func encode(_ value: UInt32) { set(value) }
  func encode(_ value: UInt64) { set(value) }
  func encode(_ value: some Encodable) throws { try encoder.encode(value) }
}

private struct JSONTreeKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
