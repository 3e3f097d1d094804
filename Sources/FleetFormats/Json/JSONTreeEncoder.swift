import FleetCore

/// Encodes any `Encodable` into a `JSONTree`. Fractions are refused: no JSON of ours has them.
struct JSONTreeEncoder: Encoder {
  struct Style: Sendable {
    /// `nil` properties become `null` members instead of being left out.
    var explicitNulls: Bool
    /// `Instant` becomes an RFC 3339 string instead of milliseconds.
    var textTimes: Bool
  }

  let tree: JSONTree
  let style: Style
  /// Where this is, innermost first; spelt out only for an error.
  private let place: Place?
  var codingPath: [any CodingKey] {
    var path: [any CodingKey] = []
    var here = place
    while let step = here {
      path.append(step.key)
      here = step.parent
    }
    return path.reversed()
  }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private final class Place {
    let parent: Place?
    let key: any CodingKey

    init(_ key: any CodingKey, in parent: Place?) {
      self.parent = parent
      self.key = key
    }
  }

  private init(tree: JSONTree, style: Style, place: Place?) {
    self.tree = tree
    self.style = style
    self.place = place
  }

  static func tree(of value: some Encodable, style: Style) throws(JSONTextError) -> JSONTree {
    let tree = JSONTree()
    do {
      try JSONTreeEncoder(tree: tree, style: style, place: nil).encode(value)
    } catch {
      throw JSONTextError(error)
    }
    return tree
  }

  /// Encodes into this encoder's own place.
  func encode<Value: Encodable>(_ value: Value) throws {
    if style.textTimes, Value.self == Instant.self, let instant = value as? Instant {
      tree.content = .string(instant.rfc3339)
      return
    }
    try value.encode(to: self)
    // A dictionary has no order of its own, and an empty one asks for no container.
    if value is any UnorderedMembers { tree.sortMembers() }
  }

  func child(_ tree: JSONTree, _ key: any CodingKey) -> JSONTreeEncoder {
    JSONTreeEncoder(tree: tree, style: style, place: Place(key, in: place))
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    tree.becomeObject()
    return KeyedEncodingContainer(JSONTreeObject<Key>(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    tree.becomeArray()
    return JSONTreeArray(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { JSONTreeValue(encoder: self) }
}

/// Marks values whose members come in no particular order.
private protocol UnorderedMembers {}
extension Dictionary: UnorderedMembers {}

/// A value that our JSON cannot hold.
package struct JSONTextError: Error, Hashable, Sendable, CustomStringConvertible {
  package static let kind = "notJSON"
  /// Where in the value, dots between the keys.
  package var path: String
  package var description: String

  init(_ error: any Error) {
    guard let error = error as? EncodingError else {
      path = ""
      description = "a value cannot be written as JSON: \(error)"
      return
    }
    switch error {
    case .invalidValue(_, let context):
      path = context.codingPath.map(\.stringValue).joined(separator: ".")
      description = "\(path): \(context.debugDescription)"
    @unknown default:
      path = ""
      description = "a value cannot be written as JSON"
    }
  }
}
