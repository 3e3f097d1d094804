/// A lint of finished plans that shares no decision code with the planner: it looks only at the plan and at what was
/// seen, and asks whether a person would sign it. A finding stops `apply`.
package struct PlanChecker: Sendable {
  package struct Finding: Hashable, Sendable, CustomStringConvertible {
    package var host: HostID
    package var rule: String
    package var text: String

    package var description: String { "\(host): \(text) (\(rule))" }
  }

  package var catalog: Catalog
  package var facts: Facts

  package init(catalog: Catalog, facts: Facts) {
    self.catalog = catalog
    self.facts = facts
  }

  package func findings(_ plan: Plan, observations: [HostID: Observation]) -> [Finding] {
    var findings: [Finding] = []
    findings += doubles(plan)
    findings += waves(plan)
    // Nova names of the hosts from which this plan takes SEV-ES: none may be promised to a SEV-ES server.
    let losing = Set(plan.changes.filter(\.sevES.takesAway).compactMap(\.computeHost.name))
    for change in plan.changes {
      func add(_ rule: String, _ text: String) {
        findings.append(Finding(host: change.host, rule: rule, text: text))
      }
      guard let seen = observations[change.host] else {
        add("O", "it would be changed without having been seen")
        continue
      }
      for (rule, text) in versions(change, seen) { add(rule, text) }
      for (rule, text) in files(change) { add(rule, text) }
      for (rule, text) in activation(change, seen) { add(rule, text) }
      for (rule, text) in servers(change, losing: losing) { add(rule, text) }
    }
    return findings
  }

  private func doubles(_ plan: Plan) -> [Finding] {
    let all = plan.changes.map(\.host) + plan.upToDate + plan.excluded.map(\.host)
    var seen: Set<HostID> = []
    var findings: [Finding] = []
    for host in all where !seen.insert(host).inserted {
      findings.append(Finding(host: host, rule: "C", text: "it stands in the plan twice"))
    }
    return findings
  }

  private func waves(_ plan: Plan) -> [Finding] {
    zip(plan.changes, plan.changes.dropFirst()).filter { $0.wave > $1.wave }.map { one, next in
      Finding(host: one.host, rule: "O", text: "its wave \(one.wave) stands before wave \(next.wave) of \(next.host)")
    }
  }

  private func versions(_ change: HostChange, _ seen: Observation) -> [(String, String)] {
    var found: [(String, String)] = []
    let readings = [seen.firmware.kernelLog?.newestVersion, seen.firmware.sevctl].compactMap { $0 }
    if readings.isEmpty || readings.contains(where: { $0 != change.expected }) {
      found.append(("V1", "the plan expects \(change.expected), the host says \(readings)"))
    }
    if let image = change.image {
      if image.version != change.desired { found.append(("C", "image \(image.version) is not the desired version")) }
      if let cpu = seen.cpu, image.familyModel.family != cpu.family || image.familyModel.modelHigh != cpu.model / 16 {
        found.append(("C", "image for \(image.familyModel) on a CPU of family \(cpu.family), model \(cpu.model)"))
      }
      if image.sha256.utf8.count != 64 { found.append(("C", "the image has no SHA-256")) }
    } else if change.direction != .factory {
      found.append(("C", "no image for a \(change.direction.rawValue)"))
    }
    guard let desired = change.desired else {
      if change.direction != .factory { found.append(("C", "a \(change.direction.rawValue) to no version")) }
      return found
    }
    let order: [HostChange.Direction] =
      desired > change.expected
      ? [.upgrade] : desired < change.expected ? [.downgrade, .factory] : [.repair, .factory]
    if !order.contains(change.direction) {
      found.append(("A2", "\(change.expected) to \(desired) is no \(change.direction.rawValue)"))
    }
    if let floor = change.floor, desired < floor { found.append(("A4", "\(desired) is below the BIOS copy \(floor)")) }
    return found
  }

  private func files(_ change: HostChange) -> [(String, String)] {
    var found: [(String, String)] = []
    if change.wave < 1 { found.append(("O", "wave \(change.wave) is none")) }
    if let image = change.image {
      if change.direction == .factory { found.append(("A2", "an image for a way back to the BIOS copy")) }
      let name = change.stagePath?.split(separator: "/").last.map(String.init)
      if name != image.kernelName {
        found.append(("O2", "\(image.kernelName) would be staged as \(name ?? "nothing")"))
      }
      if !change.removePaths.isEmpty { found.append(("O2", "files would be removed beside a staged one")) }
    } else if change.stagePath != nil {
      found.append(("O2", "something would be staged, and there is no image"))
    }
    return found
  }

  private func activation(_ change: HostChange, _ seen: Observation) -> [(String, String)] {
    var found: [(String, String)] = []
    switch change.activation {
    case .reload:
      if change.direction != .upgrade { found.append(("A1", "a reload can only upgrade")) }
      if seen.modules.ccp != .module { found.append(("A1", "a reload, and ccp is no module")) }
      if seen.modules.ccpHolders.contains(where: { $0 != "kvm_amd" }) {
        found.append(("A1", "a reload, and ccp is held by others"))
      }
    case .reboot:
      if change.kernelChange == nil, seen.nextBootKernel != seen.kernel {
        found.append(("A3", "the reset would change the kernel, and the plan does not say so"))
      }
    case .none:
      if change.direction != .repair { found.append(("A1", "a \(change.direction.rawValue) without activation")) }
      if change.drain.needed { found.append(("O", "a drain without activation")) }
    }
    return found
  }

  private func servers(_ change: HostChange, losing: Set<String>) -> [(String, String)] {
    var found: [(String, String)] = []
    if Set(change.drain.servers.map(\.id)).count != change.drain.servers.count {
      found.append(("D", "a server stands in the drain twice"))
    }
    if change.drain.needed != change.drain.servers.contains(where: { $0.move != .leave }) {
      found.append(("O", "whether a drain is needed does not follow from its servers"))
    }
    for server in change.drain.servers {
      if let own = change.computeHost.name, server.destinations.contains(own) {
        found.append(("D4", "\(server.name) would be moved to where it is"))
      }
      switch server.move {
      case .blocked: found.append(("D", "\(server.name) is blocked, and the host would be changed"))
      case .live:
        if server.model != .none { found.append(("D1", "\(server.name) is \(server.model.rawValue) and goes live")) }
      case .cold:
        if server.model == .unknown { found.append(("D1", "\(server.name) is of unknown model and goes cold")) }
        if server.model == .sevES, server.destinations.isEmpty {
          found.append(("D3", "\(server.name) is SEV-ES and has no destination"))
        }
        if server.model == .sevES, let lost = server.destinations.first(where: losing.contains) {
          found.append(("D3", "\(server.name) is SEV-ES and would go to \(lost), from which this plan takes SEV-ES"))
        }
      case .stop:
        if server.model == .none || server.model == .unknown {
          found.append(("D2", "\(server.name) is \(server.model.rawValue) and would be stopped"))
        }
        if change.sevES.takesAway, server.model == .sevES { found.append(("E3", "\(server.name) would stay, stopped")) }
      case .leave:
        if change.sevES.takesAway, server.model == .sevES || server.model == .unknown {
          found.append(("E3", "\(server.name) is \(server.model.rawValue) and would be left where SEV-ES is lost"))
        }
      }
    }
    if (change.sevES.verdict == .lost || change.sevES.verdict == .unknown) && !change.sevES.accepted {
      found.append(("S", "SEV-ES is \(change.sevES.verdict.rawValue), and nobody accepted it"))
    }
    return found
  }
}
