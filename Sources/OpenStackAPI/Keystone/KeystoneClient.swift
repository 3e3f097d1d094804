import Foundation
import NIOHTTP1

/// Tokens and catalog from Keystone v3. However many callers need a token at once, one is asked for.
package actor KeystoneClient {
  private let configuration: CloudConfiguration
  private let transport: HTTPTransport
  private var current: Session?
  private var pending: Task<Result<Session, OpenStackError>, Never>?
  /// Tokens taken so far; tests and metrics look at it.
  package private(set) var issued = 0

  init(_ configuration: CloudConfiguration, _ transport: HTTPTransport) {
    self.configuration = configuration
    self.transport = transport
  }

  /// A token that is good for some time still.
  package func session() async throws(OpenStackError) -> Session {
    if let current, current.renewAt > .now { return current }
    return try await renewed()
  }

  /// A token other than `refused`, which a service answered with 401.
  package func session(insteadOf refused: Session) async throws(OpenStackError) -> Session {
    if let current, current.serial != refused.serial, current.renewAt > .now { return current }
    if current?.serial == refused.serial { current = nil }
    return try await renewed()
  }

  /// Gives the token back: it is refused from then on. For tests of renewal and for a tidy end.
  package func revoke() async throws(OpenStackError) {
    guard let session = current else { return }
    let headers: HTTPHeaders = ["X-Auth-Token": session.token.reveal, "X-Subject-Token": session.token.reveal]
    let request = APIRequest.change(.DELETE, "/auth/tokens")
    let answer = try await transport.send(
      request, to: configuration.identityURL, service: .identity, headers: headers, secrets: [session.token])
    if case .refusal(let remote) = answer { throw OpenStackError(refusal: remote, request, .identity) }
  }

  /// Single flight. The task is its own, so a caller that is cancelled does not take the token from the others.
  private func renewed() async throws(OpenStackError) -> Session {
    if let pending { return try await pending.value.get() }
    let task = Task { await logIn() }
    pending = task
    return try await task.value.get()
  }

  /// Keeps what it got before anybody who waits for it goes on: a session that is refused at once has to be seen as
  /// the current one.
  private func logIn() async -> Result<Session, OpenStackError> {
    let result = await Self.authenticate(configuration, transport, serial: issued + 1)
    if case .success(let session) = result {
      issued = session.serial
      current = session
    }
    pending = nil
    return result
  }

  private static func authenticate(
    _ configuration: CloudConfiguration, _ transport: HTTPTransport, serial: Int
  ) async -> Result<Session, OpenStackError> {
    let request: APIRequest
    do {
      request = APIRequest(
        method: .POST, path: "/auth/tokens", body: try AuthenticationRequest.body(configuration.auth), repeatable: true)
    } catch {
      return .failure(
        OpenStackError(
          .undecodable, service: .identity, operation: "POST /auth/tokens", text: "no request could be made",
          cause: error))
    }
    do {
      let answer = try await transport.send(
        request, to: configuration.identityURL, service: .identity, headers: [:],
        secrets: [configuration.auth.secret])
      switch answer {
      case .refusal(let remote): return .failure(OpenStackError(refusal: remote, request, .identity))
      case .success(let response):
        return .success(try session(from: response, configuration, transport.limits, serial: serial))
      }
    } catch {
      return .failure(error)
    }
  }

  private static func session(
    from response: APIResponse, _ configuration: CloudConfiguration, _ limits: OpenStackLimits, serial: Int
  ) throws(OpenStackError) -> Session {
    guard let token = response.headers.first(name: "X-Subject-Token"),
      let body = try? JSONDecoder().decode(TokenBody.self, from: response.body).token,
      let expires = RemoteTime.parse(body.expires_at)
    else {
      throw OpenStackError(
        .undecodable, service: .identity, operation: response.operation,
        text: "the answer holds no token with an end of life", expected: "Keystone v3")
    }
    let issued = body.issued_at.flatMap(RemoteTime.parse) ?? Date()
    let life = Duration.seconds(max(0, expires.timeIntervalSince(issued)))
    return Session(
      token: Secret(token), renewAt: .now + life - min(limits.tokenMargin, life / 10), userID: body.user?.id,
      projectID: body.project?.id, roles: (body.roles ?? []).map(\.name),
      catalog: ServiceCatalog(
        entries: body.catalog ?? [], region: configuration.region, interface: configuration.interface.rawValue,
        overrides: configuration.endpointOverrides),
      serial: serial)
  }
}

private struct TokenBody: Decodable {
  struct Token: Decodable {
    struct Role: Decodable { let name: String }
    struct Named: Decodable { let id: String }
    let expires_at: String
    let issued_at: String?
    let user: Named?
    let project: Named?
    let roles: [Role]?
    let catalog: [ServiceCatalog.Entry]?
  }
  let token: Token
}
