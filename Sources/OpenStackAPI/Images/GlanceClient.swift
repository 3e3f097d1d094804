import Foundation

/// Glance, for one thing: what an image asks of the hypervisor. Throws `serviceNotInCatalog` where there is none.
package final class GlanceClient: Sendable {
  private let service: ServiceClient

  init(_ keystone: KeystoneClient, _ transport: HTTPTransport) {
    service = ServiceClient(
      type: .image, keystone: keystone, transport: transport, base: { $0.hasSuffix("/v2") ? $0 : $0 + "/v2" })
  }

  /// The properties of an image (`hw_mem_encryption`, …): Glance puts them beside the image's own attributes, and so
  /// they are here. Values that are not scalars are left out.
  package func imageProperties(_ id: String) async throws(OpenStackError) -> [String: String] {
    try await service.get(.get("/images/\(APIRequest.escape(id))"), as: JSONValue.self).scalarMembers
  }
}
