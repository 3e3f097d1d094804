import Foundation
import NIOHTTP1

/// Calls to one service of the catalog: finds its endpoint, adds the token, takes a new token after a 401, and
/// turns refusals into typed errors.
struct ServiceClient: Sendable {
  let type: ServiceType
  let keystone: KeystoneClient
  let transport: HTTPTransport
  /// Makes the address to call out of the catalog's: some catalogs leave out the version.
  var base: @Sendable (String) -> String = { $0 }

  /// The address of the service. Throws `serviceNotInCatalog`, `regionAmbiguous`, or what getting a token throws.
  func endpoint() async throws(OpenStackError) -> String {
    base(try await keystone.session().endpoint(type))
  }

  /// Sends with a valid token. A 401 is answered with a new token, shared by all who need it, and a repeat: a refused
  /// request did nothing, so this is safe for changes as well. A second 401 is answered once more, a second later.
  func send(_ request: APIRequest) async throws(OpenStackError) -> APIResponse {
    var session = try await keystone.session()
    var answer = try await attempt(request, session)
    for wait in [Duration.zero, transport.limits.revocationResolution] {
      guard case .refusal(let remote) = answer, remote.status == 401 else { break }
      try await pause(wait, request)
      session = try await keystone.session(insteadOf: session)
      answer = try await attempt(request, session)
    }
    return try success(answer, request)
  }

  private func pause(_ wait: Duration, _ request: APIRequest) async throws(OpenStackError) {
    guard wait > .zero else { return }
    do {
      try await Task.sleep(for: wait)
    } catch {
      throw OpenStackError(
        .cancelled, service: type, operation: request.operation, text: "cancelled before a new token was asked for",
        cause: error)
    }
  }

  func get<Value: Decodable>(_ request: APIRequest, as: Value.Type) async throws(OpenStackError) -> Value {
    try decode(try await send(request), as: Value.self)
  }

  func decode<Value: Decodable>(_ response: APIResponse, as: Value.Type) throws(OpenStackError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: response.body)
    } catch {
      throw OpenStackError(
        .undecodable, service: type, operation: response.operation,
        text: "the answer is not what the API describes", expected: "\(Value.self)",
        found: Self.place(of: error), cause: error, mayHaveTakenEffect: false)
    }
  }

  private func attempt(
    _ request: APIRequest, _ session: Session
  ) async throws(OpenStackError) -> APIAnswer {
    var headers: HTTPHeaders = ["X-Auth-Token": session.token.reveal]
    if let version = request.microversion { headers.add(name: "OpenStack-API-Version", value: version) }
    let address = base(try session.endpoint(type))
    return try await transport.send(
      request, to: address, service: type, headers: headers, secrets: [session.token])
  }

  private func success(
    _ answer: APIAnswer, _ request: APIRequest
  ) throws(OpenStackError) -> APIResponse {
    switch answer {
    case .refusal(let remote): throw OpenStackError(refusal: remote, request, type)
    case .success(let response):
      try check(response, request)
      return response
    }
  }

  /// The services name the microversion they used. Another one than asked for means that something between drops
  /// the header, and then nothing in the answer means what we think it does.
  private func check(_ response: APIResponse, _ request: APIRequest) throws(OpenStackError) {
    guard let asked = request.microversion, let used = response.headers.first(name: "OpenStack-API-Version"),
      used.lowercased() != asked
    else { return }
    throw OpenStackError(
      .microversionIgnored, service: type, operation: request.operation,
      text: "the service did not use the microversion it was asked for", expected: asked, found: used,
      mayHaveTakenEffect: !request.repeatable)
  }

  /// Where in the JSON; never the values, which may be anybody's metadata.
  private static func place(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let inner), .valueNotFound(_, let inner), .dataCorrupted(let inner): context = inner
    case .keyNotFound(let key, let inner): return path(inner.codingPath) + " without \(key.stringValue)"
    @unknown default: return "something undecodable"
    }
    return path(context.codingPath) + ": " + context.debugDescription
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty ? "the top" : keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}

extension OpenStackError {
  /// A refusal by the service, its kind by the status alone.
  init(refusal remote: RemoteError, _ request: APIRequest, _ service: ServiceType) {
    let (kind, text): (Kind, String) =
      switch remote.status {
      case 400: (.badRequest, "refused as impossible")
      case 401: (.unauthorized, "the credentials were refused")
      case 403: (.forbidden, "these credentials may not do that")
      case 404: (.notFound, "there is no such thing")
      case 409: (.conflict, "its state does not allow that now")
      case 500...599: (.remoteFailure, "the service failed")
      default: (.refused, "the service refused")
      }
    self.init(
      kind, service: service, operation: request.operation, text: "\(text) (status \(remote.status))",
      remote: remote, mayHaveTakenEffect: kind == .remoteFailure && !request.repeatable)
  }
}
