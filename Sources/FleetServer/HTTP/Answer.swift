import FleetFormats

/// What a route answers.
package struct Answer: Sendable {
  enum Body: Sendable {
    case text(String)
    /// Events until the reader or the server ends.
    case events(EventStream)
  }

  var status: Int
  var contentType: String?
  var headers: [(name: String, value: String)]
  var body: Body

  init(status: Int = 200, contentType: String?, headers: [(name: String, value: String)] = [], body: Body) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  static func json(_ document: ServedDocument, status: Int = 200) -> Answer {
    Answer(status: status, contentType: "application/json", body: .text(document.text))
  }

  static func json(_ value: some Encodable, status: Int = 200) throws -> Answer {
    json(try ServedDocument(value), status: status)
  }

  static func problem(_ problem: APIProblem) -> Answer {
    // Four texts: they can always be written.
    var answer = json(ServedDocument(text: (try? JSONText.pretty(problem.document)).map { $0 + "\n" } ?? ""))
    answer.status = problem.status
    if let seconds = problem.retryAfter { answer.headers.append(("retry-after", "\(seconds)")) }
    if !problem.allow.isEmpty { answer.headers.append(("allow", problem.allow.joined(separator: ", "))) }
    if problem.status == 401 { answer.headers.append(("www-authenticate", "Bearer realm=\"sevfleet\"")) }
    return answer
  }

  /// A page, for people.
  package static func html(_ text: String, status: Int = 200) -> Answer {
    Answer(status: status, contentType: "text/html; charset=utf-8", body: .text(text))
  }

  /// A file of the page's own that changes only with the program; `tag` tells one from the other.
  package static func asset(_ text: String, contentType: String, tag: String) -> Answer {
    Answer(
      contentType: contentType, headers: [("etag", "\"\(tag)\""), ("cache-control", "no-cache")], body: .text(text))
  }

  /// A file for a person to keep.
  package static func file(_ text: String, contentType: String, name: String) -> Answer {
    Answer(
      contentType: contentType, headers: [("content-disposition", "attachment; filename=\"\(name)\"")],
      body: .text(text))
  }

  /// To another page of ours.
  package static func seeOther(_ path: String) -> Answer {
    Answer(status: 303, contentType: nil, headers: [("location", path)], body: .text(""))
  }

  package func with(header name: String, _ value: String) -> Answer {
    var answer = self
    answer.headers.append((name, value))
    return answer
  }
}

/// One JSON document, written as the command line writes it.
package struct ServedDocument: Hashable, Sendable {
  package var text: String

  init(text: String) { self.text = text }

  /// Throws where a value cannot be written as JSON.
  package init(_ value: some Encodable) throws { text = try JSONText.pretty(value) + "\n" }
}
