/// What servers and unfinished moves take of a host.
struct HostUsage: Sendable {
  var vcpus = 0
  var memoryMB = 0
  var diskGB = 0
  var slots: [LabGuest.Model: Int] = [:]

  mutating func add(_ server: NovaServer) {
    vcpus += server.flavor.vcpus
    memoryMB += server.flavor.memoryMB
    diskGB += server.flavor.diskGB
    if server.model != .none { slots[server.model, default: 0] += 1 }
  }
}

/// Choosing hosts as Nova's scheduler and Placement do together.
extension LabCompute {
  /// Servers counted on the host, and those that a move holds there: a resize that is not confirmed keeps its place on
  /// the source, a move under way has one on the destination.
  func usages() -> [String: HostUsage] {
    var usages: [String: HostUsage] = [:]
    for server in servers.values where !server.isDeleted {
      if let host = server.host { usages[host, default: HostUsage()].add(server) }
    }
    for record in migrations where !record.status.hasEnded {
      guard let destination = record.destination, let server = servers[record.server], !server.isDeleted else {
        continue
      }
      for host in [record.source, destination] where server.host != host {
        usages[host, default: HostUsage()].add(server)
      }
    }
    return usages
  }

  func usage(of host: String) -> HostUsage { usages()[host] ?? HostUsage() }

  /// The host with most free memory among those that may take the server; nil: no valid host.
  /// - Parameters:
  ///   - only: the one host the request named.
  ///   - without: hosts that refused already, and the source.
  func chooseHost(for server: NovaServer, only: String?, without: Set<String>) -> String? {
    let candidates = hostNames.compactMap { hosts[$0] }.filter { host in
      (only == nil || only == host.name) && !without.contains(host.name) && !host.isDisabled && isUp(host)
        && groupAllows(server, on: host.name)
    }
    let usages = usages()
    var best: (name: String, free: Int)?
    for host in candidates {
      guard let free = freeMemory(host, usages[host.name] ?? HostUsage(), for: server) else { continue }
      if free > best?.free ?? -1 { best = (host.name, free) }
    }
    return best?.name
  }

  /// Free memory once the server is there; nil if it does not fit.
  private func freeMemory(_ host: NovaHost, _ used: HostUsage, for server: NovaServer) -> Int? {
    let vcpus = Int(Double(host.vcpus) * settings.cpuRatio) - used.vcpus - server.flavor.vcpus
    let promised = Int(Double(host.memoryMB - settings.reservedMemoryMB) * host.memoryRatio)
    let memory = promised - used.memoryMB - server.flavor.memoryMB
    let disk = host.diskGB - used.diskGB - server.flavor.diskGB
    guard vcpus >= 0, memory >= 0, disk >= 0, server.flavor.vcpus <= host.vcpus else { return nil }
    if server.model != .none {
      guard (host.slots[server.model] ?? 0) > (used.slots[server.model] ?? 0) else { return nil }
    }
    return memory
  }

  private func groupAllows(_ server: NovaServer, on host: String) -> Bool {
    guard let group = groups.first(where: { $0.id == server.groupID }) else { return true }
    let others = servers.values.filter { $0.groupID == group.id && $0.id != server.id && !$0.isDeleted }
    switch group.policy {
    case "anti-affinity": return others.count { $0.host == host } < group.maxPerHost
    case "affinity":
      let used = Set(others.compactMap(\.host))
      return used.isEmpty || used.contains(host)
    default: return true
    }
  }
}
