import Foundation

/// Cinder, for one thing: the image properties that a bootable volume keeps. Throws `serviceNotInCatalog` where there
/// is none.
package final class CinderClient: Sendable {
  private let service: ServiceClient

  init(_ keystone: KeystoneClient, _ transport: HTTPTransport) {
    service = ServiceClient(type: .blockStorage, keystone: keystone, transport: transport)
  }

  /// A volume as far as booting from it goes.
  package struct BootVolume: Sendable, Hashable {
    package var bootable: Bool
    /// Nil if the volume was not made from an image.
    package var imageProperties: [String: String]?
  }

  package func volume(_ id: String) async throws(OpenStackError) -> BootVolume {
    struct Body: Decodable {
      let bootable: JSONValue?
      let volume_image_metadata: JSONValue?
    }
    struct Answer: Decodable { let volume: Body }
    let volume = try await service.get(.get("/volumes/\(APIRequest.escape(id))"), as: Answer.self).volume
    return BootVolume(
      bootable: volume.bootable?.scalarText == "true", imageProperties: volume.volume_image_metadata?.scalarMembers)
  }
}
