import Foundation
import NIOHTTP1

extension NovaClient {
  /// The nova-compute service of a host: none, one, or (after a botched rename) several.
  package func services(host: String) async throws(OpenStackError) -> [ComputeService] {
    try await services([("binary", "nova-compute"), ("host", host)])
  }

  /// Every nova-compute service of the deployment.
  package func allComputeServices() async throws(OpenStackError) -> [ComputeService] {
    try await services([("binary", "nova-compute")])
  }

  /// Takes a service out of scheduling. A second call replaces the first one's reason without a word, and there is no
  /// compare-and-swap: read the reason first. Builds that are under way still land on the host.
  /// - Parameter reason: at most 255 characters, or Nova refuses.
  @discardableResult
  package func disable(service id: String, reason: String) async throws(OpenStackError) -> ComputeService {
    try await update(id, ["status": "disabled", "disabled_reason": reason])
  }

  /// Gives a service back to the scheduler; Nova forgets the reason.
  @discardableResult
  package func enable(service id: String) async throws(OpenStackError) -> ComputeService {
    try await update(id, ["status": "enabled"])
  }

  private func services(_ query: [(String, String)]) async throws(OpenStackError) -> [ComputeService] {
    struct Answer: Decodable { let services: [ComputeServiceBody] }
    return try await get(.get("/os-services", query), as: Answer.self).services.map(\.value)
  }

  private func update(_ id: String, _ body: [String: String]) async throws(OpenStackError) -> ComputeService {
    struct Answer: Decodable { let service: ComputeServiceBody }
    let path = "/os-services/\(APIRequest.escape(id))"
    let response = try await send(.change(.PUT, path, body: try json(body, "PUT \(path)")))
    return try service.decode(response, as: Answer.self).service.value
  }
}
