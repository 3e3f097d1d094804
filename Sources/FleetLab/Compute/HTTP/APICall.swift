import Foundation

/// One request, read off the wire.
struct APICall: Sendable {
  let method: String
  /// Path components below the root, decoded; an empty last one (a trailing slash) is dropped.
  let path: [String]
  /// Decoded, in the order given.
  let query: [(name: String, value: String)]
  /// Names in lower case.
  let headers: [String: String]
  let body: Data
  let requestID: String

  /// The last value of a query parameter.
  func parameter(_ name: String) -> String? { query.last { $0.name == name }?.value }

  func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

  /// The same call seen from below its first path component.
  var below: APICall {
    APICall(
      method: method, path: Array(path.dropFirst()), query: query, headers: headers, body: body,
      requestID: requestID)
  }

  static func decodedQuery(_ text: Substring) -> [(name: String, value: String)] {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
    }
  }

  private static func decoded(_ text: Substring) -> String {
    let spaced = String(text).replacing("+", with: " ")
    return spaced.removingPercentEncoding ?? spaced
  }

  static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
