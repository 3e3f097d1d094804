import FleetCore
import HTTPTypes
import Hummingbird
import NIOCore

/// From a request to its answer: finds the route, lets in, reads the fields, asks. Whatever goes wrong is an answer too.
struct Dispatcher: Sendable {
  let table: RouteTable
  let gate: Gate
  let pages: (any ServerPages)?

  func respond(_ request: Request, _ context: PeerContext) async -> Response {
    var hearing = Hearing()
    let answer: Answer
    do {
      answer = try await self.answer(request, context, &hearing)
    } catch {
      answer = refusal(APIProblem(error), hearing)
    }
    return Self.response(answer, to: request)
  }

  /// What is known of a request when it fails.
  private struct Hearing {
    var audience = Route.Audience.api
    var caller: Caller?
    var path = "/"
    /// Whether a person gave a token.
    var isSignIn = false
    var next: String?
  }

  private func answer(_ request: Request, _ context: PeerContext, _ hearing: inout Hearing) async throws -> Answer {
    hearing.path = request.head.path ?? "/"
    let target = try Target(hearing.path)
    // Whoever follows a wrong link in a browser sees a page.
    if target.path.first != "v1", request.headers[.accept]?.contains("text/html") == true { hearing.audience = .page }
    // What a form was sent to is no page to come back to.
    if request.method == .post { hearing.path = "/" }
    let (route, parameters) = try table.find(request.method.rawValue, target.path)
    hearing.audience = route.audience
    let content = route.body.map { _ in Content(request.headers) } ?? .none
    if content == .form { hearing.audience = .page }
    hearing.isSignIn = content == .form && route.name == SessionRoutes.signInName
    let credentials = Gate.Credentials(request.headers)
    if let role = route.role {
      let caller = try gate.admit(credentials, from: context.peer)
      hearing.caller = caller
      guard caller.role >= role else { throw Self.forbidden(role, caller) }
    } else {
      hearing.caller = try? gate.admit(credentials, from: context.peer)
    }
    for (name, value) in parameters where value.isEmpty || value.count > ServerBounds.name {
      throw APIProblem(400, "badTarget", "\(name) in the path is empty or too long")
    }
    var call = Call(
      parameters: parameters, query: try FieldValues(target.query, route), rawQuery: target.query, body: FieldValues(),
      caller: hearing.caller,
      peer: context.peer, isForm: content == .form, lastEventID: request.headers[.lastEventID],
      hangUp: context.hangUp)
    if let fields = route.body {
      call.body = try await Self.body(request, content, fields)
      hearing.next = call.body.text("next")
      try Self.checkOrigin(request, call, isForCallers: route.role != nil)
    }
    let answer = try await route.handle(call)
    // A person in a browser goes on to a page, not to a document.
    return content == .form && answer.status < 300 ? .seeOther(call.body.text(Field.back.name).page) : answer
  }

  // MARK: Bodies

  private enum Content: Hashable {
    case none, json, form, other

    init(_ headers: HTTPFields) {
      let type = headers[.contentType]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
      self =
        switch type {
        case nil: .none
        case "application/json"?: .json
        case "application/x-www-form-urlencoded"?: .form
        case _?: .other
        }
    }
  }

  /// A form is filled in by a person in a browser.
  private static func body(_ request: Request, _ content: Content, _ fields: [Field]) async throws -> FieldValues {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > ServerBounds.body { throw tooLong }
    let bytes: [UInt8]
    do {
      bytes = Array(try await request.body.collect(upTo: ServerBounds.body).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw tooLong
    }
    switch content {
    case .none where bytes.isEmpty: return try FieldValues([], fields)
    case .none, .other:
      throw APIProblem(
        415, "wrongContent", "the body is of another kind", expected: "application/json",
        found: request.headers[.contentType].map { String($0.prefix(ServerBounds.name)) })
    case .json: return try FieldValues(json: bytes, fields)
    case .form:
      let pairs = try Target.form(String(decoding: bytes, as: UTF8.self))
      return try FieldValues(pairs, fields + Field.ofForms, empty: true)
    }
  }

  private static let tooLong = APIProblem(
    413, "tooLong", "the body is too long", expected: "at most \(ServerBounds.body) bytes")

  /// A browser sends its cookie with whatever a page makes it send; so does nothing happen without the session's own
  /// word for it, and nothing from another site at all.
  private static func checkOrigin(_ request: Request, _ call: Call, isForCallers: Bool) throws(APIProblem) {
    if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" {
      throw APIProblem(
        403, "otherSite", "another site's page may not ask for this", expected: "same-origin", found: site)
    }
    guard isForCallers, let wanted = call.caller?.csrf else { return }
    let given = request.headers[.csrfToken] ?? call.body.text(Field.csrf.name) ?? ""
    guard TokenSecret.equal(given, wanted) else {
      throw APIProblem(403, "wrongForm", "the form is not of this session; load the page again")
    }
  }

  private static func forbidden(_ role: Role, _ caller: Caller) -> APIProblem {
    APIProblem(
      403, "notAllowed", "\(caller.name) may not do this", expected: "role \(role.rawValue) or more",
      found: "role \(caller.role.rawValue)")
  }

  // MARK: Answers

  private func refusal(_ problem: APIProblem, _ hearing: Hearing) -> Answer {
    guard hearing.audience == .page, let pages else { return .problem(problem) }
    if hearing.isSignIn, problem.status == 401 || problem.status == 429 {
      var answer = pages.signIn(problem, next: hearing.next)
      answer.status = problem.status
      return answer
    }
    if problem.status == 401 { return .seeOther("/login?next=\(Self.encoded(hearing.path))") }
    var answer = pages.problem(problem, caller: hearing.caller)
    answer.status = problem.status
    return answer
  }

  /// Every byte that is not a letter or a digit.
  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  private static func response(_ answer: Answer, to request: Request) -> Response {
    var headers = HTTPFields()
    for (name, value) in SecurityHeaders.fields { headers.set(name, value) }
    headers[.cacheControl] = SecurityHeaders.cacheControl
    if let type = answer.contentType { headers[.contentType] = type }
    for (name, value) in answer.headers { headers.set(name, value) }
    let body: ResponseBody
    switch answer.body {
    case .text(let text): body = ResponseBody(byteBuffer: ByteBuffer(string: text))
    case .events(let stream):
      body = ResponseBody { writer in
        // Whoever goes away ends it: nobody is told, and the connection is closed.
        try await request.body.consumeWithCancellationOnInboundClose { _ in try await stream.write(to: &writer) }
        try await writer.finish(nil)
      }
    }
    if let tag = headers[.eTag], answer.status == 200, request.headers[.ifNoneMatch] == tag {
      return Response(status: .notModified, headers: headers)
    }
    let response = Response(status: .init(code: answer.status), headers: headers, body: body)
    return request.method == .head ? response.createHeadResponse() : response
  }
}

extension HTTPFields {
  /// Names that are no names are ours to know: they do not come from outside.
  fileprivate mutating func set(_ name: String, _ value: String) {
    if let name = HTTPField.Name(name) { self[name] = value }
  }
}

extension HTTPField.Name {
  fileprivate static let csrfToken = HTTPField.Name("X-CSRF-Token")!
  fileprivate static let lastEventID = HTTPField.Name("Last-Event-ID")!
  fileprivate static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}

extension String? {
  /// A path of ours, else the first page: nobody is sent elsewhere by what stands in a form.
  var page: String {
    guard let path = self, path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      !path.contains("\\")
    else { return "/" }
    return path
  }
}
