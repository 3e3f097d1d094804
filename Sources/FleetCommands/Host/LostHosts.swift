package import FleetCore
package import FleetEngine
import FleetStore

/// Finds what a lost state folder left behind: services that bear our reason and leases, which nothing that this
/// controller knows explains. Changes nothing on hosts.
package struct LostHosts {
  private let services: EngineServices
  private let hosts: [FleetCore.Host]

  package init(_ services: EngineServices, hosts: [FleetCore.Host]) {
    self.services = services
    self.hosts = hosts
  }

  /// In the inventory's order, then compute services that it does not have. Asks Nova where it is configured, and every
  /// host.
  package func find() async throws -> [LostHost] {
    let marked = try await markedServices()
    let looks = try await PlanMaker(services: services).probe(hosts)
    let held = Set(try services.store.hostsInOpenRollouts().keys).union(try services.store.quarantines().keys)
    let floors = try services.store.floors()
    var found: [LostHost] = []
    for host in hosts {
      var lost = LostHost(host: host)
      lost.service = host.computeHost.name.flatMap { name in marked.first { $0.host == name } }
      switch looks[host.id] {
      case .success(let observation)?: note(observation, held.contains(host.id), floors[host.id], in: &lost)
      case .failure(let failure)?: lost.failure = failure.text
      case nil: lost.failure = "it was not looked at"
      }
      guard lost.service != nil || lost.lease != nil else { continue }
      if lost.failure == nil { await list(host, in: &lost) }
      found.append(lost)
    }
    let names = Set(hosts.compactMap(\.computeHost.name))
    return found + marked.filter { !names.contains($0.host) }.map { LostHost(service: $0) }
  }

  /// Services that are disabled with a reason of ours that the journal does not know.
  private func markedServices() async throws -> [ComputeServiceState] {
    guard let compute = services.compute else { return [] }
    let open = try services.store.openRollouts().flatMap { open in
      open.slotHolders.map { CordonReason.text(rollout: open.record.id, host: $0) }
    }
    let quarantined = try services.store.quarantines().values.map {
      CordonReason.text(rollout: $0.rollout, host: $0.host)
    }
    let known = Set(open + quarantined)
    return try await compute.services().filter { service in
      guard !service.isEnabled, let reason = service.disabledReason else { return false }
      return reason.hasPrefix(CordonReason.prefix) && !known.contains(reason)
    }
  }

  private func note(
    _ observation: Observation, _ isHeld: Bool, _ floor: FloorEvidence?, in lost: inout LostHost
  ) {
    lost.isOurs = observation.lease?.isHeld(by: services.controller.id) == true
    lost.lease = lost.isOurs && isHeld ? nil : observation.lease
    lost.computeUnit = observation.computeUnit
    lost.running = RunningFirmware.judge(observation.firmware).version
    let floor = FloorEvidence.inForce(observation, stored: floor)
    lost.afterReboot = AfterReset.judge(observation, running: lost.running, floor: floor?.version).version
  }

  private func list(_ host: FleetCore.Host, in lost: inout LostHost) async {
    do throws(HostError) {
      lost.remains = try await services.hosts.remains(host)
    } catch {
      lost.failure = error.text
    }
    await services.hosts.close(host)
  }
}
