import Foundation
import NIOHTTP1

/// Nova, for an administrator. Speaks the newest microversion that both sides know, from 2.53 up.
package final class NovaClient: Sendable {
  let service: ServiceClient
  private let negotiation: VersionNegotiation

  init(_ keystone: KeystoneClient, _ transport: HTTPTransport) {
    service = ServiceClient(
      type: .compute, keystone: keystone, transport: transport, base: VersionNegotiation.versionedBase)
    negotiation = VersionNegotiation(keystone, transport)
  }

  /// The microversion in use. Asks Nova once; throws `microversionTooOld` below 2.53.
  package func microversion() async throws(OpenStackError) -> Microversion { try await negotiation.microversion() }

  /// Whether this Nova can do `feature`.
  package func supports(_ feature: ComputeFeature) async throws(OpenStackError) -> Bool {
    try await microversion() >= feature.since
  }

  /// Sends in the negotiated microversion.
  func send(_ request: APIRequest) async throws(OpenStackError) -> APIResponse {
    try await service.send(try await versioned(request))
  }

  func get<Value: Decodable>(_ request: APIRequest, as type: Value.Type) async throws(OpenStackError) -> Value {
    try await service.get(try await versioned(request), as: type)
  }

  func require(_ feature: ComputeFeature, for operation: String) async throws(OpenStackError) {
    let version = try await microversion()
    if version < feature.since {
      throw OpenStackError(
        .microversionTooOld, service: .compute, operation: operation,
        text: "this Nova cannot do that (\(feature.rawValue))", expected: "\(feature.since) or newer",
        found: "\(version)")
    }
  }

  /// `body` as JSON; fails only for what JSON cannot hold, which no caller here passes.
  func json(_ body: [String: Any], _ operation: String) throws(OpenStackError) -> Data {
    do {
      return try JSONSerialization.data(withJSONObject: body, options: [.sortedKeys])
    } catch {
      throw OpenStackError(
        .undecodable, service: .compute, operation: operation, text: "the request could not be written", cause: error)
    }
  }

  private func versioned(_ request: APIRequest) async throws(OpenStackError) -> APIRequest {
    var request = request
    request.microversion = "compute \(try await microversion())"
    return request
  }
}
