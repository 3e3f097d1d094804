import Foundation

/// An image of Glance as far as the hypervisor goes.
package struct Image: Sendable, Hashable, Identifiable {
  package var id: String
  /// Nobody has to give one.
  package var name: String?
  /// Such as `active`.
  package var status: String
  /// As `GlanceClient.imageProperties` has them.
  package var properties: [String: String]

  package init(id: String, name: String? = nil, status: String = "active", properties: [String: String] = [:]) {
    self.id = id
    self.name = name
    self.status = status
    self.properties = properties
  }
}

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

  /// Every image that the credentials may see: for an administrator those of all projects, hidden ones not among them.
  ///
  /// Pages are asked for by marker; a marker that is gone starts the listing over, as with Nova's.
  package func images() async throws(OpenStackError) -> [Image] {
    struct Answer: Decodable {
      let images: [JSONValue]
      let next: String?
    }
    let limits = service.transport.limits
    var found: [String: Image] = [:]
    var after: String?
    var restarts = 0
    for _ in 0..<limits.pages {
      var request = APIRequest.get("/images", [("limit", "\(limits.pageSize)")])
      if let after { request.query.append(("marker", after)) }
      let answer: Answer
      do {
        answer = try await service.get(request, as: Answer.self)
      } catch  where error.kind == .badRequest && after != nil && restarts < limits.pagingRestarts {
        (found, after, restarts) = ([:], nil, restarts + 1)
        continue
      }
      for value in answer.images {
        let image = try Self.image(value)
        found[image.id] = image
      }
      guard answer.next != nil, let last = answer.images.last?["id"]?.scalarText else {
        return found.values.sorted { $0.id < $1.id }
      }
      after = last
    }
    throw OpenStackError(
      .pagingEndless, service: .image, operation: "GET /images", text: "the listing does not end",
      expected: "at most \(limits.pages) pages", found: "\(found.count) entries")
  }

  private static func image(_ value: JSONValue) throws(OpenStackError) -> Image {
    guard let id = value["id"]?.scalarText, let status = value["status"]?.scalarText else {
      throw OpenStackError(
        .undecodable, service: .image, operation: "GET /images", text: "the answer is not what the API describes",
        expected: "an image with id and status", found: "one without")
    }
    return Image(id: id, name: value["name"]?.scalarText, status: status, properties: value.scalarMembers)
  }
}
