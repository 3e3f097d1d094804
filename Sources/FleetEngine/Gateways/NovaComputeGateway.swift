package import FleetCore
import Foundation
package import OpenStackAPI

/// The compute port over Nova, Placement, Glance and Cinder.
package final class NovaComputeGateway: ComputeGateway {
  let cloud: OpenStackCloud
  let models: ServerModelReader

  package init(_ cloud: OpenStackCloud) {
    self.cloud = cloud
    models = ServerModelReader(cloud)
  }

  package func service(_ host: String) async throws(ComputeError) -> ComputeServiceState {
    let services = try await asked { () async throws(OpenStackError) in try await cloud.nova.services(host: host) }
    guard services.count == 1, let service = services.first else {
      throw ComputeError(
        .notFound,
        services.isEmpty
          ? "Nova has no compute service on \(host)" : "Nova has \(services.count) compute services on \(host)")
    }
    return ComputeServiceState(service)
  }

  package func services() async throws(ComputeError) -> [ComputeServiceState] {
    let all = try await asked { () async throws(OpenStackError) in try await cloud.nova.allComputeServices() }
    return all.map { ComputeServiceState($0) }
  }

  package func serviceHosts() async throws(ComputeError) -> [ComputeServiceState] {
    try await services().filter(\.takesServers)
  }

  package func view(_ host: String, inventory: Bool) async throws(ComputeError) -> ComputeHostView {
    let service = try await service(host)
    let servers = try await asked { () async throws(OpenStackError) in try await cloud.nova.servers(host: host) }
    var values: [ComputeServer] = []
    for server in servers { values.append(await models.value(of: server)) }
    let records = try await unfinished(host, Set(servers.map(\.id)))
    var view = ComputeHostView(service: service, servers: values, unfinishedMigrations: records)
    if inventory { try await addOffer(&view, host) }
    return view
  }

  /// Nova never ends the record of a server that was deleted in mid-move; it holds no host.
  private func unfinished(_ host: String, _ present: Set<String>) async throws(ComputeError) -> [MigrationRecord] {
    var records: [MigrationRecord] = []
    for record in try await migrations(host: host) where !record.isEnded {
      if !present.contains(record.server), try await !exists(record.server) { continue }
      records.append(record)
    }
    return records
  }

  private func exists(_ server: String) async throws(ComputeError) -> Bool {
    do {
      _ = try await cloud.nova.server(server)
      return true
    } catch {
      if error.kind == .notFound { return false }
      throw ComputeError(error)
    }
  }

  private func addOffer(_ view: inout ComputeHostView, _ host: String) async throws(ComputeError) {
    let records: [ProviderRecord]
    do {
      var found = try await cloud.placement.records(hypervisor: host)
      if found.isEmpty {
        let name = try await cloud.nova.hypervisors().first { $0.serviceHost == host }?.hostname
        if let name, name != host { found = try await cloud.placement.records(hypervisor: name) }
      }
      records = found
    } catch {
      // A cloud without Placement in reach leaves the offer unknown; rules that need it say so themselves.
      return
    }
    var slots: [EncryptionModel: Int] = [.sev: 0, .sevES: 0, .sevSNP: 0]
    for record in records {
      guard let inventory = record.inventories[Self.encryptionClass] else { continue }
      slots[Self.model(traits: record.traits), default: 0] += max(0, inventory.total - inventory.reserved)
    }
    view.encryptionSlots = slots
    view.traits = Set(records.flatMap(\.traits)).sorted()
  }

  package func server(_ id: String) async throws(ComputeError) -> ComputeServer? {
    do {
      return await models.value(of: try await cloud.nova.server(id))
    } catch {
      if error.kind == .notFound { return nil }
      throw ComputeError(error)
    }
  }

  package func migrations(server: String) async throws(ComputeError) -> [MigrationRecord] {
    try await asked { () async throws(OpenStackError) in try await cloud.nova.migrations(instance: server) }
      .map { MigrationRecord($0) }
  }

  package func migrations(host: String) async throws(ComputeError) -> [MigrationRecord] {
    try await asked { () async throws(OpenStackError) in try await cloud.nova.migrations(host: host) }
      .map { MigrationRecord($0) }
  }

  package func disable(service: String, reason: String) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in
      try await cloud.nova.disable(service: service, reason: reason)
    }
  }

  package func enable(service: String) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.enable(service: service) }
  }

  package func moveLive(_ server: String, to host: String?) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.liveMigrate(server, host: host) }
  }

  package func moveCold(_ server: String, to host: String?) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.migrate(server, host: host) }
  }

  package func confirm(_ server: String) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.confirmResize(server) }
  }

  package func revert(_ server: String) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.revertResize(server) }
  }

  package func abort(_ server: String, migration: Int) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in
      try await cloud.nova.abortMigration(server, migration: migration)
    }
  }

  package func stop(_ server: String) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.stop(server) }
  }

  package func start(_ server: String) async throws(ComputeError) {
    _ = try await asked { () async throws(OpenStackError) in try await cloud.nova.start(server) }
  }

  func asked<Value>(
    _ call: () async throws(OpenStackError) -> Value
  ) async throws(ComputeError) -> Value {
    do {
      return try await call()
    } catch {
      throw ComputeError(error)
    }
  }
}

extension ComputeError {
  init(_ error: OpenStackError) {
    let kind: Kind =
      switch error.kind {
      case .unreachable, .timedOut, .connectionLost, .remoteFailure, .cancelled: .unreachable
      case .badRequest: .badRequest
      case .conflict: .conflict
      case .notFound: .notFound
      case .unauthorized, .forbidden, .notAdmin: .notAllowed
      case .tlsRefused, .responseTooLarge, .undecodable, .refused, .serviceNotInCatalog, .regionAmbiguous,
        .microversionTooOld, .microversionIgnored, .pagingEndless:
        .other
      }
    self.init(kind, error.description)
  }
}

extension ComputeServiceState {
  init(_ service: ComputeService) {
    self.init(
      id: service.id, host: service.host, isEnabled: service.status == .enabled,
      disabledReason: service.disabledReason, isUp: service.state == .up, forcedDown: service.forcedDown,
      updatedAt: service.updatedAt.map { Instant($0) })
  }
}

extension MigrationRecord {
  init(_ record: Migration) {
    let kind: Kind =
      switch record.type {
      case .liveMigration: .live
      case .migration: .cold
      // Its owner's, never ours to confirm or to take back.
      case .resize: .other("resize")
      case .evacuation: .other("evacuation")
      case .other(let word): .other(word)
      }
    self.init(
      id: record.id, server: record.instanceID, kind: kind, status: record.status.word, source: record.sourceCompute,
      destination: record.destCompute, createdAt: record.created.map { Instant($0) })
  }
}

extension Instant {
  init(_ date: Date) { self.init(milliseconds: Int64(date.timeIntervalSince1970 * 1000)) }
}
