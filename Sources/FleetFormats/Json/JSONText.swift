/// The JSON that commands print: members in declared order, `nil` as `null`, times as RFC 3339 UTC, integers only.
package enum JSONText {
  /// Indented by two spaces, without a newline at the end.
  package static func pretty(_ value: some Encodable) throws(JSONTextError) -> String {
    try text(value, indented: true)
  }

  /// On one line, for streams of documents.
  package static func compact(_ value: some Encodable) throws(JSONTextError) -> String {
    try text(value, indented: false)
  }

  private static func text(_ value: some Encodable, indented: Bool) throws(JSONTextError) -> String {
    let tree = try JSONTreeEncoder.tree(of: value, style: .init(explicitNulls: true, textTimes: true))
    return String(decoding: JSONTreeWriter.bytes(tree, indented: indented), as: UTF8.self)
  }
}
