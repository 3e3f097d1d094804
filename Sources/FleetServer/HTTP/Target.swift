import Foundation

/// The path and the query of a request, decoded.
package struct Target: Hashable, Sendable {
  package var path: [String]
  package var query: [(name: String, value: String)]

  package static func == (left: Target, right: Target) -> Bool {
    left.path == right.path && left.query.map(\.name) == right.query.map(\.name)
      && left.query.map(\.value) == right.query.map(\.value)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(path) }

  /// Throws 400 and 414.
  package init(_ text: String) throws(APIProblem) {
    guard text.utf8.count <= ServerBounds.target else {
      throw APIProblem(414, "tooLong", "the path and its query are too long", expected: "\(ServerBounds.target) bytes")
    }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let raw = parts.first, raw.hasPrefix("/") else { throw Self.unreadable }
    path = []
    // The part before the first slash is empty; so may be the only one behind it.
    for part in raw.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      guard let decoded = part.removingPercentEncoding else { throw Self.unreadable }
      path.append(decoded)
    }
    if path == [""] { path = [] }
    query = parts.count > 1 ? try Self.form(parts[1]) : []
  }

  /// Names and values of a query or of a form's body.
  static func form(_ text: some StringProtocol) throws(APIProblem) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    for pair in text.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(sides[0]), let value = decoded(sides.count > 1 ? sides[1] : "") else { throw unreadable }
      fields.append((name, value))
    }
    return fields
  }

  private static func decoded(_ text: some StringProtocol) -> String? {
    String(text).replacing("+", with: " ").removingPercentEncoding
  }

  private static let unreadable = APIProblem(400, "badTarget", "the path or its query cannot be read")
}
