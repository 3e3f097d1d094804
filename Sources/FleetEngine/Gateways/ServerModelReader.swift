import FleetCore
import OpenStackAPI
import Synchronization

/// Tells what a server's memory is encrypted with: by the flavor's extra specs, then the image's properties, then the
/// volume's (RULES D1). What cannot be read is unknown, never "not encrypted".
final class ServerModelReader: Sendable {
  /// Images do not change their properties often; one rollout asks Glance once for each.
  private let images = Mutex<[String: [String: String]]>([:])
  private let cloud: OpenStackCloud

  init(_ cloud: OpenStackCloud) { self.cloud = cloud }

  func value(of server: Server) async -> ComputeServer {
    let (model, source) = await model(of: server)
    return ComputeServer(
      id: server.id, name: server.name, project: server.projectID,
      status: FleetCore.ServerStatus(nova: server.status.word), taskState: server.taskState,
      powerState: Self.number(server.powerState), host: server.host, model: model, modelSource: source,
      ownerWord: Self.ownerWord(server), fault: server.fault?.message)
  }

  private func model(of server: Server) async -> (EncryptionModel, String) {
    guard let specs = server.flavor.extraSpecs else { return (.unknown, "the flavor's extra specs are hidden") }
    if let model = Self.model(specs, prefix: "hw:") { return (model, "flavor") }
    if let properties = server.imageProperties, server.imageID != nil || !properties.isEmpty {
      return (Self.model(properties, prefix: "hw_") ?? .none, "image")
    }
    guard let image = server.imageID else { return await volumeModel(server) }
    do {
      return (Self.model(try await properties(image), prefix: "hw_") ?? .none, "image")
    } catch {
      return (.unknown, "the image \(image) cannot be read: \(error.kind.rawValue)")
    }
  }

  private func properties(_ image: String) async throws(OpenStackError) -> [String: String] {
    if let known = images.withLock({ $0[image] }) { return known }
    let fresh = try await cloud.glance.imageProperties(image)
    images.withLock { $0[image] = fresh }
    return fresh
  }

  private func volumeModel(_ server: Server) async -> (EncryptionModel, String) {
    guard !server.volumesAttached.isEmpty else {
      return (.unknown, "it has neither an image nor a volume to ask")
    }
    do {
      for id in server.volumesAttached {
        let volume = try await cloud.cinder.volume(id)
        guard let properties = volume.imageProperties else { continue }
        if let model = Self.model(properties, prefix: "hw_") { return (model, "volume") }
      }
      return (.none, "volume")
    } catch {
      return (.unknown, "it boots from a volume, and the volume cannot be read: \(error.kind.rawValue)")
    }
  }

  /// Nova's own number of a power state, which the drain compares before and after.
  private static func number(_ state: PowerState) -> Int {
    switch state {
    case .none: 0
    case .running: 1
    case .paused: 3
    case .shutdown: 4
    case .crashed: 6
    case .suspended: 7
    case .other(let number): number
    }
  }

  /// `nil`: encryption is not asked for.
  static func model(_ properties: [String: String], prefix: String) -> EncryptionModel? {
    guard let wish = properties["\(prefix)mem_encryption"]?.lowercased(),
      ["true", "1", "yes", "on", "t", "y"].contains(wish)
    else { return nil }
    switch properties["\(prefix)mem_encryption_model"]?.lowercased() {
    case nil, "amd-sev"?: return .sev
    case "amd-sev-es"?: return .sevES
    case "amd-sev-snp"?: return .sevSNP
    default: return .unknown
    }
  }

  /// The word in the metadata or a tag; one that nobody knows forbids.
  static func ownerWord(_ server: Server) -> OwnerWord? {
    let key = "sevfleet:move"
    let tag = server.tags.first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    let words = [server.metadata[key], tag].compactMap { $0 }.map { OwnerWord(rawValue: $0) ?? .forbid }
    let order: [OwnerWord] = [.forbid, .notify, .live, .cold, .stop]
    return order.first { words.contains($0) }
  }
}
