/// What a page asks for.
package struct BrowserRequest: Hashable, Sendable {
  package var method: String
  package var url: String
  /// Names in lower case.
  package var headers: [String: String]
  package var body: String

  init(_ request: BrowserValue) {
    method = request["method"].text ?? ""
    url = request["url"].text ?? ""
    body = request["postData"].text ?? ""
    headers = [:]
    if case .object(let fields) = request["headers"] {
      for (name, value) in fields { headers[name.lowercased()] = value.text }
    }
  }

  /// The path without its query.
  package var path: String {
    let afterScheme = url.drop { $0 != ":" }.dropFirst(3)
    return String(afterScheme.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" })
  }

  /// What stands behind the question mark, as it is.
  package var query: String { String(url.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" }) }
}

/// What a test answers.
package enum BrowserAnswer: Sendable {
  case content(status: Int, headers: [String: String], body: String)
  /// As if nobody listened.
  case refused
}
