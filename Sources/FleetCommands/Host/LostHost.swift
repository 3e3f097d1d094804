package import FleetCore
package import FleetEngine

/// A host that bears a mark of ours which neither a rollout nor a quarantine of this controller explains, as it is now.
package struct LostHost: Sendable {
  /// `nil`: the inventory does not have it.
  package var host: FleetCore.Host?
  /// Its compute service, where that bears a reason of ours that the journal does not know.
  package var service: ComputeServiceState?
  package var lease: HostLease?
  /// Whether the lease is this controller's own, left by a run or taken over.
  package var isOurs = false
  /// `nil`: the host does not tell.
  package var remains: HostRemains?
  package var running: FirmwareVersion?
  package var afterReboot: FirmwareVersion?
  package var computeUnit: ComputeUnit?
  /// Why the host itself tells nothing.
  package var failure: String?

  package var name: String { host?.id.rawValue ?? service?.host ?? "" }

  /// What a person may do, in order, once it is sure that no other controller works on the host. `ours` makes a command
  /// line of the words behind `sevfleet`.
  package func commands(_ ours: ([String]) -> String) -> [String] {
    var commands: [String] = []
    if let host, lease != nil {
      commands.append(ours(["host", isOurs ? "release" : "adopt", host.id.rawValue, "--reason", "TEXT"]))
    }
    if let service {
      if !service.isUp, let host, let start { commands.append("ssh \(host.address) sudo \(start)") }
      commands.append("openstack compute service set --enable \(service.host) nova-compute")
    }
    if let host { commands.append(ours(["plan", host.id.rawValue])) }
    return commands
  }

  private var start: String? {
    switch computeUnit {
    case .systemd(let unit)?: "systemctl start \(unit)"
    case .docker(let container)?: "docker start \(container)"
    case .podman(let container)?: "podman start \(container)"
    case nil: nil
    }
  }

  /// For people, the mark first.
  package func lines(_ ours: ([String]) -> String) -> [String] {
    var lines = ["\(name): \(service?.disabledReason ?? "leased")"]
    if let lease { lines.append("  lease: \(isOurs ? "this controller's own, " : "")\(lease.text)") }
    if let failure {
      lines.append("  the host tells nothing: \(failure)")
    } else if host != nil {
      let after = afterReboot.map(\.description) ?? "an unknown version"
      lines.append("  \(running.map(\.description) ?? "an unknown version") runs; \(after) would after the next reset")
    }
    if let remains {
      lines.append("  staged images: \(Self.list(remains.staged)); backups: \(Self.list(remains.backups))")
    }
    return lines + commands(ours).map { "  next: \($0)" }
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}
