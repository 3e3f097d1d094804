import FleetCore

/// Asks the cloud whether the rest of the fleet holds the servers of a wave, before the wave begins (decision 0013).
struct WaveRoom {
  enum Answer {
    case open(hosts: [HostID], note: String?, unknown: String?)
    /// No host of the wave can be emptied.
    case short(String)
  }

  let services: EngineServices
  let plan: Plan
  /// Hosts that may be out of service at once.
  let atOnce: Int

  func answer(_ wave: [HostID]) async throws -> Answer {
    guard let compute = services.compute else { return .open(hosts: wave, note: nil, unknown: nil) }
    let changes = plan.changes.filter { wave.contains($0.host) }
    do {
      let rooms = try await services.patiently(within: services.bounds.settle) { try await compute.rooms() }
      let leaving = try await leaving(changes, compute)
      let admission = Admission(wave, leaving: leaving, atOnce: atOnce, check: CapacityCheck(rooms: rooms))
      guard admission.admitted.isEmpty else {
        let unknown = admission.unknown.isEmpty ? nil : admission.unknown.joined(separator: "; ")
        return .open(hosts: admission.admitted, note: admission.note, unknown: unknown)
      }
      return .short(admission.note ?? "there is no room")
    } catch let error as ComputeError {
      return .open(hosts: wave, note: nil, unknown: error.text)
    }
  }

  private func leaving(_ changes: [HostChange], _ compute: any ComputeGateway) async throws -> [HostID: LeavingHost] {
    let asked = changes.filter { $0.computeHost.name != nil && $0.applies(.drain) }
    let loads = await bounded(asked, PlanMaker.viewsAtOnce) { change -> (HostID, Result<LeavingHost?, ComputeError>) in
      do throws(ComputeError) {
        let view = try await compute.view(change.computeHost.name ?? "", inventory: false)
        return (change.host, .success(LeavingHost(change, servers: view.servers)))
      } catch {
        return (change.host, .failure(error))
      }
    }
    var leaving: [HostID: LeavingHost] = [:]
    for (host, load) in loads { leaving[host] = try load.get() }
    return leaving
  }
}
