/// What a change means for the servers of the host (RULES D, E).
extension Decision {
  /// What Nova says of the host; `nil`: it is not in Nova, or nothing is activated and Nova gave no answer. Before
  /// everything that asks about servers: a loss cannot be accepted for those that nobody could list.
  func computeView(
    _ activation: HostChange.Activation, _ compute: ComputeView
  ) throws(Exclusion) -> ComputeHostView? {
    switch compute {
    case .known(let view): return view
    case .notInNova: return nil
    case .unknown(let text):
      guard activation == .none else { throw Exclusion(.computeUnknown, rule: "E", text) }
      return nil
    }
  }

  func drain(
    _ seen: Seen, _ activation: HostChange.Activation, _ impact: SEVESImpact, _ view: ComputeHostView?, _ host: Host
  ) throws(Exclusion) -> DrainPlan {
    switch activation {
    case .none: return DrainPlan()
    case .reload, .reboot: break
    }
    let machines = seen.observation.virtualMachines
    guard let view else {
      if let why = machines.notEmpty { throw Exclusion(.unknownVMs, rule: "E4", "it is not in Nova, and \(why)") }
      return DrainPlan()
    }
    try checkService(view.service)
    try checkGuests(machines, view)
    return try moves(view, machines, impact, host)
  }

  /// Of servers that are not left alone: what stays where it is leaves its peers as they are.
  private static func peerGroups(_ servers: [ComputeServer], _ moves: [ServerMove]) -> [String]? {
    let touched = Set(moves.filter { $0.move != .leave }.map(\.id))
    let groups = Set(servers.filter { touched.contains($0.id) }.flatMap { $0.peerGroups ?? [] })
    return groups.isEmpty ? nil : groups.sorted()
  }

  private func checkService(_ service: ComputeServiceState) throws(Exclusion) {
    if service.forcedDown {
      throw Exclusion(.otherMaintenance, rule: "D9", "its compute service is forced down by somebody")
    }
    guard service.isUp else {
      throw Exclusion(
        .computeUnknown, rule: "E", expected: "heartbeat up", found: "down",
        "its compute service is down, so what Nova says of its servers may be old")
    }
    if !service.isEnabled, let reason = service.disabledReason, reason.hasPrefix(CordonReason.prefix) {
      throw Exclusion(
        .otherMaintenance, rule: "D9", expected: "enabled, or disabled by a person", found: reason,
        "its compute service bears \(reason), which no open rollout of this controller owns")
    }
  }

  private func checkGuests(_ machines: VirtualMachines, _ view: ComputeHostView) throws(Exclusion) {
    guard machines.running != nil else {
      throw Exclusion(.unknownVMs, rule: "E", machines.notEmpty ?? "its VMs could not be counted")
    }
    let known = Set(view.servers.map(\.id))
    let strangers = machines.guests.filter { guest in guest.uuid.map { !known.contains($0) } ?? true }
    guard strangers.isEmpty else {
      let names = strangers.map { $0.uuid ?? $0.name ?? "pid \($0.pid)" }.sorted().joined(separator: ", ")
      throw Exclusion(
        .unknownVMs, rule: "E4", expected: "only servers that Nova knows", found: names,
        "a VM runs on it that Nova does not know: \(names)")
    }
    // A VM that only the kernel or libvirt tells of, on a host where Nova runs none.
    let runsNone = view.servers.allSatisfy { $0.powerState != Self.running && $0.powerState != Self.paused }
    if runsNone, machines.guests.isEmpty, let why = machines.notEmpty {
      throw Exclusion(.unknownVMs, rule: "E4", expected: "no VM", found: nil, "Nova runs no server on it, and \(why)")
    }
  }

  /// Nova's power states.
  private static let running = 1
  private static let paused = 3

  private func moves(
    _ view: ComputeHostView, _ machines: VirtualMachines, _ impact: SEVESImpact, _ host: Host
  ) throws(Exclusion) -> DrainPlan {
    let own = host.computeHost.name
    let rules = DrainRules(
      policy: host.policy.drain, losesSEVES: impact.takesAway,
      sevESDestinations: Array(sevESDestinations.filter { $0 != own }.prefix(Planner.maxDestinations)),
      coldDestinations: Array(coldDestinations.filter { $0 != own }.prefix(Planner.maxDestinations)),
      processes: Set(machines.guests.compactMap(\.uuid)),
      processModels: machines.modelsByServer)
    let moves = view.servers.sorted { $0.id < $1.id }.map(rules.move)
    let blocked = moves.filter { $0.move == .blocked }
    guard blocked.isEmpty else {
      let text = blocked.map { "\($0.name): \($0.why)" }.joined(separator: "; ")
      throw Exclusion(
        .serversBlocked, rule: blocked[0].rule, expected: "every server may go or stay",
        found: blocked.map(\.id).joined(separator: ", "),
        "\(blocked.count) server\(blocked.count == 1 ? "" : "s") may not be moved (\(text))")
    }
    return DrainPlan(
      needed: moves.contains { $0.move != .leave }, servers: moves, peerGroups: Self.peerGroups(view.servers, moves))
  }
}
