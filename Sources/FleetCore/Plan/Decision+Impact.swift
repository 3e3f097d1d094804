extension Decision {
  // MARK: Nova (RULES E)

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

  // MARK: SEV-ES (RULES S)

  func sevESImpact(
    _ seen: Seen, _ wish: Wish, _ activation: HostChange.Activation, _ view: ComputeHostView?, policy: Policy
  ) throws(Exclusion) -> SEVESImpact {
    var impact = verdict(seen, wish, activation)
    let servers = view?.servers.filter { $0.model == .sevES } ?? []
    impact.servers = servers.map(\.id).sorted()
    if impact.takesAway, let view, noSEVESMayRun(view) {
      impact = SEVESImpact(verdict: .unused, text: "SEV-ES is not offered here and no such server is here")
    }
    impact.accepted = impact.takesAway && (options.acceptSEVESLoss || policy.sevESLoss == .allow)
    guard impact.passes else {
      let named = servers.map { "\($0.name) (project \($0.project))" }.sorted().joined(separator: ", ")
      throw Exclusion(
        .sevESLoss, rule: "S", expected: "SEV-ES kept or its loss accepted", found: impact.verdict.rawValue,
        impact.text + (named.isEmpty ? "" : "; concerned: \(named)"))
    }
    return impact
  }

  private func verdict(_ seen: Seen, _ wish: Wish, _ activation: HostChange.Activation) -> SEVESImpact {
    switch activation {
    case .none: return SEVESImpact(verdict: .unused, text: "nothing is activated")
    case .reload, .reboot: break
    }
    switch seen.features.sevSNP {
    case .off: return SEVESImpact(verdict: .unused, text: "SNP is off, so SEV-ES stays as it is")
    // SNP that failed to start is switched on: the new firmware may bring it, and the refusal with it.
    case .lost, .usable, .unknown: break
    }
    if seen.features.sevES == .off { return SEVESImpact(verdict: .unused, text: "SEV-ES is switched off") }
    let after = refusalAfter(seen, wish)
    let target = wish.version?.description ?? "the BIOS copy"
    // SEV-ES that only waits for an INIT to succeed is not lost to the firmware: the target may give or take it.
    let before: FeatureVerdict = seen.features.sev == .lost ? .unknown : seen.features.sevES
    switch (before, after) {
    case (.lost, .kept): return SEVESImpact(verdict: .regained, text: "SEV-ES comes back with \(target)")
    case (.lost, .lost), (.lost, .unknown):
      return SEVESImpact(verdict: .unused, text: "SEV-ES is lost already with what runs")
    case (.usable, .kept), (.unknown, .kept):
      return SEVESImpact(verdict: .kept, text: "SEV-ES is kept by \(target)")
    case (.usable, .lost), (.unknown, .lost):
      return SEVESImpact(verdict: .lost, text: "\(target) refuses SEV-ES while SNP is on, and it will not come back")
    case (.usable, .unknown), (.unknown, .unknown):
      return SEVESImpact(verdict: .unknown, text: "nobody can tell whether \(target) keeps SEV-ES while SNP is on")
    case (.off, _): return SEVESImpact(verdict: .unused, text: "SEV-ES is switched off")
    }
  }

  private func refusalAfter(_ seen: Seen, _ wish: Wish) -> SEVESRule.Answer {
    let rule = SEVESRule(facts: facts, generation: seen.generation)
    if let image = wish.image { return rule.refusal(image: image) }
    if let floor = wish.version { return rule.refusal(currentSNP: nil, version: floor) }
    // An unknown BIOS copy is never newer than what runs, so what runs without refusing keeps it.
    return seen.features.sevES == .usable ? .kept : .unknown
  }

  private func noSEVESMayRun(_ view: ComputeHostView) -> Bool {
    guard let slots = view.encryptionSlots, (slots[.sevES] ?? 0) == 0 else { return false }
    return !view.servers.contains { $0.model == .sevES || $0.model == .unknown }
  }

  // MARK: Packages, attestation, initramfs

  func packageTreatment(_ seen: Seen, _ wish: Wish, policy: Policy) throws(Exclusion) -> PackageTreatment? {
    let owners = owners(seen, wish, policy: policy)
    guard let owner = owners.first else { return nil }
    if wish.isFactory, policy.packages == .accept {
      throw Exclusion(
        .prerequisite, rule: "P", expected: "packages: hold, divert or updates", found: "accept",
        "\(owner) would bring its file back; factory needs a packages policy of hold, divert or updates")
    }
    if wish.isFactory, policy.packages == .hold, owners.count > 1 {
      throw Exclusion(
        .prerequisite, rule: "P", expected: "files of one package", found: owners.joined(separator: ", "),
        "\(owners.joined(separator: " and ")) own its files, and a hold is of one package")
    }
    return PackageTreatment(name: owner, treatment: policy.packages)
  }

  /// Packages that own the winner or the file that staging would overwrite, the winner's first; factory takes away
  /// every file that could be loaded.
  func owners(_ seen: Seen, _ wish: Wish, policy: Policy) -> [String] {
    let order = EffectiveFile.resolve(
      cpu: seen.cpu, files: seen.observation.files, search: seen.observation.search,
      kernel: seen.observation.kernel ?? ""
    ).order
    let staged = wish.image.map { stagePath($0, policy) }
    let concerned = wish.isFactory ? order : order.prefix(1) + seen.observation.files.filter { $0.path == staged }
    var owners: [String] = []
    for owner in concerned.compactMap(\.package) where !owners.contains(owner) { owners.append(owner) }
    return owners
  }

  /// Which file of the package is meant, what policy does, and what an upgrade of the package would do to it.
  func packageReasons(_ seen: Seen, _ wish: Wish, _ package: PackageTreatment, policy: Policy) -> [Reason] {
    let winner = EffectiveFile.resolve(
      cpu: seen.cpu, files: seen.observation.files, search: seen.observation.search,
      kernel: seen.observation.kernel ?? ""
    ).winner
    let file = winner?.package == package.name ? "the winning file" : "a file that is replaced"
    let next = pending(package, seen.observation)
    let first = Reason("P", "\(package.name) owns \(file); treatment: \(package.treatment.rawValue)\(next)")
    return [first]
      + owners(seen, wish, policy: policy).dropFirst().map {
        Reason("P", "\($0) owns another file that is replaced, and stays as it is")
      }
  }

  private func pending(_ package: PackageTreatment, _ seen: Observation) -> String {
    guard let version = seen.pendingPackages?.first(where: { $0.name == package.name })?.pending else { return "" }
    if seen.heldPackages.contains(package.name) { return "; version \(version) is pending, and the package is held" }
    switch package.treatment {
    case .accept: return "; version \(version) is pending and would overwrite it"
    case .hold, .divert, .updates: return "; version \(version) is pending"
    }
  }

  func attestation(_ seen: Seen, _ wish: Wish, _ activation: HostChange.Activation) -> AttestationImpact {
    guard activation != .none, seen.generation.hasSNP, seen.features.sevSNP != .off else {
      return AttestationImpact()
    }
    let step = ReportVersionStep(
      before: reportVersion(seen, seen.running), after: wish.version.flatMap { reportVersion(seen, $0) })
    let isKnown = step.before != nil || step.after != nil
    return AttestationImpact(
      vcekChanges: true, reportedTCBReset: true, vlekLost: true, reportVersion: isKnown ? step : nil)
  }

  /// What a user saw (C) or inferred (I) is no promise to those who verify guests.
  private func reportVersion(_ seen: Seen, _ version: FirmwareVersion) -> Int? {
    guard let told = facts.reportVersion(of: version, generation: seen.generation.name), told.fact.grade <= .b else {
      return nil
    }
    return told.number
  }

  /// What a way back re-opens; `nil` for an upgrade and a repair.
  func reopens(_ seen: Seen, _ wish: Wish, _ direction: HostChange.Direction) -> [ReopenedBulletin]? {
    switch direction {
    case .upgrade, .repair: return nil
    case .downgrade, .factory: break
    }
    let running = ReopenedBulletins.Level(
      version: seen.running, snp: seen.observation.currentSNP(facts: facts)?.level)
    let told = wish.version.flatMap { facts.spl(of: $0, generation: seen.generation.name)?.level }
    // A level 0 in a header says nothing on Zen 3 and newer (RULES S).
    let header = wish.image.flatMap { $0.spl == 0 && seen.generation.zen >= 3 ? nil : $0.spl }
    let desired = ReopenedBulletins.Level(version: wish.version, snp: header ?? told)
    return ReopenedBulletins(facts, generation: seen.generation).between(running, desired)
  }

  func stagePath(_ image: FirmwareImage, _ policy: Policy) -> String {
    let updates = policy.stageInto == .updates || policy.packages == .updates
    return "/lib/firmware/\(updates ? "updates/" : "")amd/\(image.kernelName)"
  }

  func rebuild(_ seen: Seen) -> String? {
    guard let initramfs = seen.observation.initramfs, initramfs.kernel == seen.observation.nextBootKernel else {
      return nil
    }
    // A built-in ccp sees nothing but the initramfs, whatever that holds now.
    let fromInitramfs = initramfs.containsCCP != false || seen.observation.modules.ccp == .builtin
    return fromInitramfs ? initramfs.kernel : nil
  }

  /// Every file the kernel could load; `factory` takes them all away, so a backup must hold each of them.
  func removable(_ seen: Seen, _ wish: Wish) throws(Exclusion) -> [String] {
    guard wish.isFactory else { return [] }
    let look = seen.observation
    let kernel = look.nextBootKernel ?? look.kernel ?? ""
    var paths: [String] = []
    for search in [look.searchAfterReset, look.search] {
      let order = EffectiveFile.resolve(cpu: seen.cpu, files: look.files, search: search, kernel: kernel).order
      paths += order.map(\.path).filter { !paths.contains($0) }
    }
    if let other = paths.first(where: { !EffectiveFile.isBackedUp($0) }) {
      throw Exclusion(
        .cannotActivate, rule: "U1", expected: "files in amd or updates/amd", found: other,
        "factory would take \(other) away, which no backup holds; move it yourself first")
    }
    return paths
  }

  func notes(_ seen: Seen, _ wish: Wish) -> [Reason] {
    var notes: [Reason] = []
    if seen.observation.kexecLoaded == true {
      notes.append(Reason("A2", "a kexec kernel is loaded and is unloaded before a reset: kexec resets no firmware"))
    }
    if let rejected = seen.observation.tcb.rejected {
      notes.append(Reason("V2", "snphost prints a TCB that cannot be true, so it is unknown: \(rejected.text)"))
    }
    if let why = seen.observation.contradictorySNP(facts: facts) { notes.append(Reason("V2", why)) }
    if seen.generation.biosPreferred {
      notes.append(Reason("A5", "AMD prefers to update \(seen.generation.name) by BIOS"))
    }
    for row in facts.prerequisites(for: seen.cpu, grade: .b) {
      notes.append(Reason("A5", "to be confirmed (grade B): \(row.text)"))
    }
    return notes
  }

  // MARK: Servers (RULES E, D)

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
    return DrainPlan(needed: moves.contains { $0.move != .leave }, servers: moves)
  }
}

/// The mark a cordon leaves in Nova: `sevfleet:ROLLOUT:HOST` (RULES D9).
package enum CordonReason {
  package static let prefix = "sevfleet:"

  package static func text(rollout: String, host: HostID) -> String { "\(prefix)\(rollout):\(host)" }
}
