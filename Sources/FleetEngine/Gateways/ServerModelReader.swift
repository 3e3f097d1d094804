import FleetCore
import OpenStackAPI
import Synchronization

/// Tells what a server's memory is encrypted with: by the flavor's extra specs together with the properties of its image
/// or volume (RULES D1). What cannot be read is unknown, never "not encrypted".
final class ServerModelReader: Sendable {
  /// Images and volumes do not change their properties often; one rollout asks once for each.
  private let images = Mutex<[String: [String: String]]>([:])
  private let volumes = Mutex<[String: [String: String]]>([:])
  private let cloud: OpenStackCloud

  init(_ cloud: OpenStackCloud) { self.cloud = cloud }

  func value(of server: Server) async -> ComputeServer {
    let reading = await reading(of: server)
    var value = ComputeServer(
      id: server.id, name: server.name, project: server.projectID,
      status: FleetCore.ServerStatus(nova: server.status.word), taskState: server.taskState,
      powerState: Self.number(server.powerState), host: server.host, model: reading.model, modelSource: reading.source,
      ownerWord: Self.ownerWord(server), fault: server.fault?.message)
    if reading.isPending { value.isModelPending = true }
    value.vcpus = server.flavor.vcpus
    value.memoryMB = server.flavor.ram
    value.burden = Self.burden(of: server)
    return value
  }

  private static func burden(of server: Server) -> MoveBurden? {
    let flavor = server.flavor
    guard let specs = flavor.extraSpecs else { return nil }
    var disk: Int?
    if let root = flavor.disk, let ephemeral = flavor.ephemeral, let swap = flavor.swap {
      disk = MoveBurden.Disks(root: root, ephemeral: ephemeral, swap: swap).local(
        bootsFromVolume: server.imageID == nil)
    }
    return MoveBurden(extraSpecs: specs, localDiskGB: disk)
  }

  private struct Reading {
    var model: EncryptionModel
    var source: String
    /// Unknown only because somebody gave no answer.
    var isPending = false
  }

  /// What a server boots from, as far as encryption goes.
  private enum Medium {
    case read(EncryptionWish, source: String)
    case unread(why: String, isPending: Bool)
  }

  private func reading(of server: Server) async -> Reading {
    guard let specs = server.flavor.extraSpecs else {
      return Reading(model: .unknown, source: "the flavor's extra specs are hidden")
    }
    let flavor = EncryptionWish(specs, prefix: "hw:")
    let medium: Medium
    if let properties = server.imageProperties, server.imageID != nil || !properties.isEmpty {
      medium = .read(EncryptionWish(properties, prefix: "hw_"), source: "image")
    } else if flavor.isComplete {
      return Reading(model: flavor.encryption, source: "flavor")
    } else if let image = server.imageID {
      medium = await wish(ofImage: image)
    } else {
      medium = await wish(ofVolumes: server.volumesAttached)
    }
    return Self.reading(flavor, medium)
  }

  private static func reading(_ flavor: EncryptionWish, _ medium: Medium) -> Reading {
    switch medium {
    case .unread(let why, let isPending): return Reading(model: .unknown, source: why, isPending: isPending)
    case .read(let wish, let source):
      guard let joined = flavor.joined(wish) else {
        return Reading(
          model: .unknown, source: "the flavor says \(flavor.model ?? ""), the \(source) \(wish.model ?? "")")
      }
      let sides = (flavor.isAsked ? ["flavor"] : []) + (wish.isAsked || wish.model != nil ? [source] : [])
      return Reading(
        model: joined.encryption,
        source: joined.isAsked && !sides.isEmpty ? sides.joined(separator: " and ") : source)
    }
  }

  private func wish(ofImage image: String) async -> Medium {
    do {
      let properties: [String: String]
      if let known = images.withLock({ $0[image] }) {
        properties = known
      } else {
        properties = try await cloud.glance.imageProperties(image)
        images.withLock { $0[image] = properties }
      }
      return .read(EncryptionWish(properties, prefix: "hw_"), source: "image")
    } catch {
      return .unread(why: "the image \(image) cannot be read: \(error.kind.rawValue)", isPending: error.mayPass)
    }
  }

  /// The root volume is not marked, so that every volume's word counts, and two that differ are none.
  private func wish(ofVolumes ids: [String]) async -> Medium {
    guard !ids.isEmpty else { return .unread(why: "it has neither an image nor a volume to ask", isPending: false) }
    var wish = EncryptionWish()
    do {
      for id in ids {
        let next = EncryptionWish(try await properties(ofVolume: id), prefix: "hw_")
        guard let joined = wish.joined(next) else {
          return .unread(why: "its volumes name different encryption models", isPending: false)
        }
        wish = joined
      }
      return .read(wish, source: "volume")
    } catch {
      return .unread(
        why: "it boots from a volume, and the volume cannot be read: \(error.kind.rawValue)", isPending: error.mayPass)
    }
  }

  private func properties(ofVolume id: String) async throws(OpenStackError) -> [String: String] {
    if let known = volumes.withLock({ $0[id] }) { return known }
    let fresh = try await cloud.cinder.volume(id).imageProperties ?? [:]
    volumes.withLock { $0[id] = fresh }
    return fresh
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

  /// The word in the metadata or a tag; one that nobody knows forbids.
  static func ownerWord(_ server: Server) -> OwnerWord? {
    let key = "sevfleet:move"
    let tag = server.tags.first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    let words = [server.metadata[key], tag].compactMap { $0 }.map { OwnerWord(rawValue: $0) ?? .forbid }
    let order: [OwnerWord] = [.forbid, .notify, .live, .cold, .stop]
    return order.first { words.contains($0) }
  }
}

extension OpenStackError {
  /// Whether the same question may get an answer a little later.
  fileprivate var mayPass: Bool {
    switch kind {
    case .unreachable, .timedOut, .connectionLost, .remoteFailure: true
    case .tlsRefused, .responseTooLarge, .undecodable, .unauthorized, .forbidden, .notFound, .conflict, .badRequest,
      .refused, .serviceNotInCatalog, .regionAmbiguous, .microversionTooOld, .microversionIgnored, .notAdmin,
      .pagingEndless, .cancelled:
      false
    }
  }
}
