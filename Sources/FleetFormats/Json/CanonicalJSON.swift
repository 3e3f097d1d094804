/// The one byte sequence that stands for a value: keys sorted by their bytes, no spaces, integers only, absent
/// properties left out. Equal values have equal bytes, so a hash over them names the value.
///
/// A `Set` has no order: values that are hashed hold sorted arrays instead.
package enum CanonicalJSON {
  package static func bytes(of value: some Encodable) throws(JSONTextError) -> [UInt8] {
    let tree = try JSONTreeEncoder.tree(of: value, style: .init(explicitNulls: false, textTimes: false))
    sort(tree)
    return JSONTreeWriter.bytes(tree, indented: false)
  }

  /// Lower-case hex SHA-256 of the bytes.
  package static func sha256(of value: some Encodable) throws(JSONTextError) -> String {
    ContentHash.sha256(try bytes(of: value))
  }

  private static func sort(_ tree: JSONTree) {
    tree.sortMembers()
    switch tree.content {
    case .array(let elements): elements.forEach(sort)
    case .object(let members): members.forEach { sort($0.value) }
    case .null, .boolean, .integer, .string: break
    }
  }
}
