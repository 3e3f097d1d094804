/// A JSON document under construction: the members of an object keep the order in which they were encoded.
final class JSONTree {
  enum Content {
    case null
    case boolean(Bool)
    /// Decimal digits, perhaps with a minus sign.
    case integer(String)
    case string(String)
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])
  }

  var content: Content

  init(_ content: Content = .null) { self.content = content }

  /// Starts an object here, or goes on with the one that is here.
  func becomeObject() {
    if case .object = content { return }
    content = .object([])
  }

  func becomeArray() {
    if case .array = content { return }
    content = .array([])
  }

  /// A new member; encoding one key twice is a mistake of the type that does it.
  func member(_ key: String) -> JSONTree {
    guard case .object(var members) = content else { return JSONTree() }
    let child = JSONTree()
    content = .null
    members.append((key, child))
    content = .object(members)
    return child
  }

  func element() -> JSONTree {
    guard case .array(var elements) = content else { return JSONTree() }
    let child = JSONTree()
    content = .null
    elements.append(child)
    content = .array(elements)
    return child
  }

  var count: Int {
    switch content {
    case .array(let elements): elements.count
    case .object(let members): members.count
    case .null, .boolean, .integer, .string: 0
    }
  }

  /// Sorts the members of this object by the bytes of their keys.
  func sortMembers() {
    guard case .object(let members) = content else { return }
    content = .object(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
  }
}
