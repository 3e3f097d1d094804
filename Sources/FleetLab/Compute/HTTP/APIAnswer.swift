/// One answer, before it goes on the wire.
struct APIAnswer: Sendable {
  var status: Int
  var headers: [(name: String, value: String)] = []
  /// Nil: an empty body.
  var body: String?
  var contentType = "application/json"

  static func json(_ value: APIValue, status: Int = 200) -> APIAnswer {
    APIAnswer(status: status, body: value.json)
  }

  static func empty(_ status: Int) -> APIAnswer { APIAnswer(status: status) }

  /// What a path that no service knows gets: not JSON.
  static let noSuchPath = APIAnswer(
    status: 404, body: "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n </body>\n</html>",
    contentType: "text/html; charset=UTF-8")

  func adding(_ name: String, _ value: String) -> APIAnswer {
    var answer = self
    answer.headers.append((name, value))
    return answer
  }
}

/// A refusal in Nova's shape: one top key over code and message.
struct NovaFault: Error {
  let status: Int
  let key: String
  let message: String

  static func badRequest(_ message: String) -> NovaFault {
    NovaFault(status: 400, key: "badRequest", message: message)
  }
  static func forbidden(_ rule: String) -> NovaFault {
    NovaFault(
      status: 403, key: "forbidden", message: "Policy doesn't allow os_compute_api:\(rule) to be performed.")
  }
  static func notFound(_ message: String) -> NovaFault {
    NovaFault(status: 404, key: "itemNotFound", message: message)
  }
  static func conflict(_ message: String) -> NovaFault {
    NovaFault(status: 409, key: "conflictingRequest", message: message)
  }
  /// The microversion does not have it yet.
  static let notYet = notFound("The resource could not be found.")
  /// The path or method does not exist.
  static let noRoute = NovaFault(status: 404, key: "", message: "")

  var answer: APIAnswer {
    if key.isEmpty { return .noSuchPath }
    return .json(APIValue(key, ["code": .int(status), "message": .string(message)]), status: status)
  }
}

extension APIValue {
  /// An object with one member whose name is not a literal.
  init(_ name: String, _ value: APIValue) { self = .object([name: value]) }
}
