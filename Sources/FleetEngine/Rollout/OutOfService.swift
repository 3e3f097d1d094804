import FleetCore
import FleetStore

/// Hosts that serve nobody now, whoever took them out, each with the reason: what `max_unavailable` counts.
struct OutOfService {
  private(set) var reasons: [HostID: Absence] = [:]
  /// Why Nova could not be asked. Unknown does not block here: whatever a host may lose is proved before it loses it.
  private(set) var unknown: String?

  /// Our own by the journal, of every rollout and quarantine; the inventory's by one question to Nova.
  init(_ services: EngineServices, hosts: some Sequence<Host>) async throws {
    for host in try services.store.slotHolders() { reasons[host] = .ours }
    guard let compute = services.compute else { return }
    let byName = Dictionary(
      hosts.compactMap { host in host.computeHost.name.map { ($0, host.id) } }, uniquingKeysWith: { first, _ in first })
    do throws(ComputeError) {
      for service in try await compute.services() {
        guard let host = byName[service.host], reasons[host] == nil else { continue }
        if !service.isEnabled {
          reasons[host] = .disabled
        } else if !service.isAlive {
          reasons[host] = .down
        }
      }
    } catch {
      unknown = error.text
    }
  }
}
