import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL

/// HTTP with the bounds of `OpenStackLimits`: deadlines, answer sizes, repeats. Knows nothing of tokens.
final class HTTPTransport: Sendable {
  let limits: OpenStackLimits
  private let client: HTTPClient

  init(tls: TLSConfiguration, limits: OpenStackLimits) {
    self.limits = limits
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls,
      // A redirect would carry X-Auth-Token to another server; OpenStack APIs send none.
      redirectConfiguration: .disallow,
      timeout: .init(connect: .init(limits.connect), read: .init(limits.request)))
    configuration.connectionPool = .init(
      idleTimeout: .init(limits.idleConnection),
      concurrentHTTP1ConnectionsPerHostSoftLimit: limits.connectionsPerService)
    // Repeats are counted here, by `readAttempts`, and not hidden in the pool.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func shutdown() async throws { try await client.shutdown() }

  /// Sends `request` to `base`; any status is an answer here except a 2xx body that is too large.
  /// A repeatable request is tried again when there was no connection, or a gateway said so.
  func send(
    _ request: APIRequest, to base: String, service: ServiceType, headers: HTTPHeaders, secrets: [Secret]
  ) async throws(OpenStackError) -> APIAnswer {
    var attempt = 1
    var delay = limits.firstRetryDelay
    while true {
      let again = request.repeatable && attempt < limits.readAttempts
      do {
        let answer = try await once(request, to: base, headers: headers, secrets: secrets)
        guard again, case .refusal(let remote) = answer, Self.passing.contains(remote.status) else { return answer }
      } catch {
        let failure = Self.map(error, request, service, base: base, limits: limits)
        guard again, failure.kind == .unreachable || failure.kind == .connectionLost else { throw failure }
      }
      do {
        try await Task.sleep(for: delay)
      } catch {
        throw Self.map(error, request, service, base: base, limits: limits)
      }
      attempt += 1
      delay *= 2
    }
  }

  /// Statuses of gateways and load balancers while a service restarts.
  private static let passing: Set<Int> = [502, 503, 504]

  private func once(
    _ request: APIRequest, to base: String, headers: HTTPHeaders, secrets: [Secret]
  ) async throws -> APIAnswer {
    var outgoing = HTTPClientRequest(url: base + request.target)
    outgoing.method = request.method
    outgoing.headers = headers
    outgoing.headers.replaceOrAdd(name: "Accept", value: "application/json")
    outgoing.headers.replaceOrAdd(name: "User-Agent", value: "sevfleet")
    if let body = request.body {
      outgoing.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
      outgoing.body = .bytes(ByteBuffer(data: body))
    }
    let response = try await client.execute(outgoing, timeout: .init(limits.request))
    let status = Int(response.status.code)
    guard (200...299).contains(status) else {
      let (bytes, truncated) = try await beginning(of: response.body)
      let id = response.headers.first(name: "x-openstack-request-id")
      return .refusal(
        RemoteError(status: status, requestID: id, body: bytes, truncated: truncated, secrets: secrets))
    }
    let body = try await response.body.collect(upTo: limits.responseBytes)
    return .success(
      APIResponse(
        status: status, headers: response.headers, body: Data(buffer: body), operation: request.operation))
  }

  private func beginning(of body: HTTPClientResponse.Body) async throws -> ([UInt8], truncated: Bool) {
    var bytes: [UInt8] = []
    for try await part in body {
      let room = limits.errorBodyBytes - bytes.count
      bytes.append(contentsOf: part.readableBytesView.prefix(room))
      if part.readableBytes > room { return (bytes, true) }
    }
    return (bytes, false)
  }
}
