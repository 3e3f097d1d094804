/// Whether the rest of the fleet holds the servers of hosts that leave service.
///
/// Conservative: `fits` comes with a placement of every server that was found by first fit, largest first; where that
/// finds none, another order might have, so `short` may be wrong, and only so. What Placement does not count here (disk,
/// devices, dedicated CPUs, NUMA, anti-affinity) is Nova's to refuse; the drain then gives the host back (RULES U1).
package struct CapacityCheck: Hashable, Sendable {
  /// How far a server may go.
  package enum Reach: String, Hashable, Sendable, Codable, CaseIterable {
    /// Anywhere in its host's availability zone. Nova tells which servers are pinned to theirs only on newer releases,
    /// so all are taken to be.
    case zone
    /// Only inside the failure domain that the inventory names.
    case domain
  }

  package enum Answer: Hashable, Sendable {
    case fits
    /// Never empty.
    case short([Shortage])

    package var fits: Bool {
      switch self {
      case .fits: true
      case .short: false
      }
    }

    package var shortages: [Shortage] {
      switch self {
      case .fits: []
      case .short(let shortages): shortages
      }
    }
  }

  package var rooms: [ComputeRoom]
  package var reach: Reach

  package init(rooms: [ComputeRoom], reach: Reach = .zone) {
    self.rooms = rooms
    self.reach = reach
  }

  /// Whether all these hosts may be out of service at once.
  package func answer(leaving: [LeavingHost]) -> Answer {
    let gone = Set(leaving.map(\.host))
    let homes = Dictionary(rooms.map { ($0.host, $0) }, uniquingKeysWith: { first, _ in first })
    let needs = Dictionary(grouping: leaving.filter { !$0.needs.isEmpty }) { homes[$0.host].flatMap(place) }
    let open = Dictionary(
      grouping: rooms.filter { $0.takesServers && !gone.contains($0.host) }, by: { place($0) })
    var shortages: [Shortage] = []
    for (place, hosts) in needs.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
      let strange = hosts.filter { homes[$0.host] == nil }
      if !strange.isEmpty {
        shortages.append(
          .unknown(
            place: nil, servers: strange.flatMap { $0.needs.map(\.id) },
            why: "Nova has no hypervisor \(Shortage.names(strange.map(\.host))), the host"))
        continue
      }
      shortages += PlaceCheck(place: place, hosts: hosts, rooms: open[place] ?? []).shortages
    }
    return shortages.isEmpty ? .fits : .short(shortages)
  }

  /// How many hosts of `wave`, taken in order, may be out of service at once, and what the next one would lack. All of
  /// them: nothing is lacking. Found by halving, so in some ten checks for a thousand hosts.
  package func largestPrefix(of wave: [LeavingHost]) -> (count: Int, lacking: [Shortage]) {
    var short = answer(leaving: wave).shortages
    if short.isEmpty { return (wave.count, []) }
    var (fits, tooMany) = (0, wave.count)
    while tooMany - fits > 1 {
      let middle = (fits + tooMany) / 2
      let found = answer(leaving: Array(wave.prefix(middle))).shortages
      if found.isEmpty {
        fits = middle
      } else {
        (tooMany, short) = (middle, found)
      }
    }
    return (fits, short)
  }

  private func place(_ room: ComputeRoom) -> String? {
    switch reach {
    case .zone: room.zone
    case .domain: room.domain
    }
  }
}

/// The servers of one place against the rooms of that place.
private struct PlaceCheck {
  let place: String?
  let hosts: [LeavingHost]
  let rooms: [ComputeRoom]

  private var needs: [ServerNeed] { hosts.flatMap(\.needs) }

  var shortages: [Shortage] {
    let unknown = needs.filter { !$0.isKnown }
    if !unknown.isEmpty {
      return [.unknown(place: place, servers: unknown.map(\.id), why: "Nova does not tell size or encryption")]
    }
    let unplaced = self.unplaced()
    guard !unplaced.isEmpty else { return [] }
    let sums = self.sums
    return sums.isEmpty ? [.oneHost(place: place, unplaced: unplaced, all: needs.count)] : sums
  }

  /// What is short already as a sum, whatever the packing.
  private var sums: [Shortage] {
    let names = hosts.map(\.host)
    func row(_ resource: Shortage.Resource, _ needed: Int, _ free: Int) -> Shortage? {
      needed > free ? .sum(resource, place: place, needed: needed, free: free, hosts: names) : nil
    }
    let contexts = Dictionary(grouping: needs.filter { $0.contexts > 0 }, by: \.model)
    let slots = contexts.sorted { $0.key.rawValue < $1.key.rawValue }.map { model, servers in
      row(
        .encryption(model), servers.reduce(0) { $0 + $1.contexts },
        rooms.reduce(0) { $0 + ($1.freeSlots[model] ?? 0) })
    }
    let sizes = [
      row(.vcpus, needs.reduce(0) { $0 + ($1.vcpus ?? 0) }, rooms.reduce(0) { $0 + $1.freeVCPUs }),
      row(.memoryMB, needs.reduce(0) { $0 + ($1.memoryMB ?? 0) }, rooms.reduce(0) { $0 + $1.freeMemoryMB }),
    ]
    return (sizes + slots).compactMap { $0 }
  }

  /// First fit: confidential servers first, for their hosts are few, then by the larger of their two shares.
  private func unplaced() -> [ServerNeed] {
    let vcpus = Double(max(1, rooms.reduce(0) { $0 + $1.freeVCPUs }))
    let memory = Double(max(1, rooms.reduce(0) { $0 + $1.freeMemoryMB }))
    func share(_ need: ServerNeed) -> Double {
      max(Double(need.vcpus ?? 0) / vcpus, Double(need.memoryMB ?? 0) / memory)
    }
    var left = rooms.sorted { $0.host < $1.host }
    let order = needs.sorted { ($1.contexts, share($1), $0.id) < ($0.contexts, share($0), $1.id) }
    return order.filter { !take($0, from: &left) }
  }

  private func take(_ need: ServerNeed, from rooms: inout [ComputeRoom]) -> Bool {
    guard let vcpus = need.vcpus, let memory = need.memoryMB else { return false }
    for index in rooms.indices {
      guard rooms[index].freeVCPUs >= vcpus, rooms[index].freeMemoryMB >= memory else { continue }
      guard need.contexts <= (need.contexts == 0 ? 0 : rooms[index].freeSlots[need.model] ?? 0) else { continue }
      rooms[index].freeVCPUs -= vcpus
      rooms[index].freeMemoryMB -= memory
      if need.contexts > 0 { rooms[index].freeSlots[need.model, default: 0] -= need.contexts }
      return true
    }
    return false
  }
}
