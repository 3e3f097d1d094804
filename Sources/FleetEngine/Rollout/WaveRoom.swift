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
      let rooms = try await patiently { () async throws(ComputeError) in try await compute.rooms() }
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

  /// A cloud that does not answer for a while is asked again, up to `bounds.settle`.
  private func patiently<Value>(_ body: () async throws(ComputeError) -> Value) async throws -> Value {
    let deadline = Deadline(services.clock, in: services.bounds.settle)
    while true {
      do throws(ComputeError) {
        return try await body()
      } catch {
        guard error.kind == .unreachable, !deadline.hasPassed else { throw error }
      }
      try await services.clock.sleep(services.bounds.knock)
    }
  }
}
