/// What a change does to SEV-ES (RULES S).
extension Decision {
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
}
