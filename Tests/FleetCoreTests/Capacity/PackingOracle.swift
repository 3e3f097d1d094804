import FleetCore

/// Whether servers fit into rooms at all, by trying every placement. Shares nothing with `CapacityCheck`.
struct PackingOracle {
  struct Box {
    var cpus: Int
    var megabytes: Int
    var slots: [EncryptionModel: Int]
  }

  var boxes: [Box]

  func fits(_ servers: ArraySlice<ServerNeed>) -> Bool {
    guard let server = servers.first else { return true }
    guard let cpus = server.vcpus, let megabytes = server.memoryMB, server.model != .unknown else { return false }
    for index in boxes.indices {
      var rest = self
      rest.boxes[index].cpus -= cpus
      rest.boxes[index].megabytes -= megabytes
      if server.model != .none { rest.boxes[index].slots[server.model, default: 0] -= 1 }
      let box = rest.boxes[index]
      if box.cpus < 0 || box.megabytes < 0 || box.slots.values.contains(where: { $0 < 0 }) { continue }
      if rest.fits(servers.dropFirst()) { return true }
    }
    return false
  }

  /// Whether every server of the hosts has a place in its own zone, outside of them all.
  static func fits(_ rooms: [ComputeRoom], leaving: [LeavingHost]) -> Bool {
    let gone = leaving.map(\.host)
    for zone in Set(rooms.map { $0.zone ?? "" }) {
      let inside = rooms.filter { ($0.zone ?? "") == zone }
      let servers = leaving.filter { host in inside.contains { $0.host == host.host } }.flatMap(\.needs)
      let boxes = inside.filter { $0.takesServers && !gone.contains($0.host) }.map {
        Box(cpus: $0.freeVCPUs, megabytes: $0.freeMemoryMB, slots: $0.freeSlots)
      }
      if !PackingOracle(boxes: boxes).fits(servers[...]) { return false }
    }
    return leaving.allSatisfy { host in host.needs.isEmpty || rooms.contains { $0.host == host.host } }
  }
}
