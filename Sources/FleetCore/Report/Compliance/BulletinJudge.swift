/// Holds a host against every bulletin that facts know: pure, total, and never better than what is known.
package struct BulletinJudge: Sendable {
  package var facts: Facts
  package var rules: ComplianceRules

  package init(facts: Facts, rules: ComplianceRules) {
    self.facts = facts
    self.rules = rules
  }

  /// Every bulletin, in the facts' order. `seen`: what the newest look saw; `failure`: that it is not of now.
  package func verdicts(
    _ host: HostID, seen: Observation?, failure: ProbeFailure?, at instant: Instant
  ) -> [BulletinVerdict] {
    guard let seen else { return blank("the host was never seen") }
    guard let cpu = seen.cpu else { return blank("its processor is unknown") }
    guard let product = facts.product(of: cpu) else { return blank("no fact knows its processor") }
    let measured = MeasuredHost(seen, cpu: cpu, product: product, facts: facts)
    return facts.bulletins.map { bulletin in
      var verdict = judge(bulletin, measured, host: host, on: instant.day)
      guard failure != nil, verdict.state != .notConcerned else { return verdict }
      // A host that could not be reached just now may run anything by now.
      verdict.text = "the last look failed; before, it was \(verdict.state.rawValue): \(verdict.text)"
      verdict.state = .unknown
      // What was open when it was last seen does not count as open; what nobody knows may count as unknown.
      verdict.isEnforced = rules.isEnforced(verdict.fact, bulletin: bulletin.id)
      return verdict
    }
  }

  private func blank(_ why: String) -> [BulletinVerdict] {
    facts.bulletins.map { bulletin in
      BulletinVerdict(
        bulletin, product: nil, state: .unknown, text: why, fact: bulletin.fact,
        isEnforced: rules.isEnforced(bulletin.fact, bulletin: bulletin.id))
    }
  }

  private func judge(
    _ bulletin: Bulletin, _ host: MeasuredHost, host id: HostID, on day: CivilDate
  ) -> BulletinVerdict {
    let name = host.product.text
    let own = Set(host.product.generation.productNames + host.product.names)
    if let word = bulletin.unaffected.first(where: { own.contains($0.product) }) {
      return BulletinVerdict(
        bulletin, product: name, state: .notConcerned, text: "\(word.product) is not affected", fact: word.fact)
    }
    let checks = checks(bulletin, host)
    let steps = bulletin.steps.map { step($0, of: bulletin, host: id, on: day) }
    let outcome = Outcome(checks: checks, steps: steps, bulletin: bulletin, product: name)
    let decided = outcome.decide(isRecordEnforced: rules.isEnforced(bulletin.fact, bulletin: bulletin.id))
    return BulletinVerdict(
      bulletin, product: name, state: decided.state, text: decided.text, fact: decided.fact,
      isEnforced: decided.isEnforced, checks: checks, steps: steps)
  }

  private func step(_ step: Bulletin.Step, of bulletin: Bulletin, host: HostID, on day: CivilDate) -> StepCheck {
    let done = rules.steps.first {
      $0.bulletin == bulletin.id && $0.step == step.text && $0.hosts.contains(host) && $0.at <= day
    }
    return StepCheck(
      text: step.text, fact: step.fact, isEnforced: rules.isEnforced(step.fact, bulletin: bulletin.id), by: done?.by,
      at: done?.at)
  }

  // MARK: Requirements

  /// The requirements that speak of the product, each judged; one unknown more where microcode is told of its
  /// relatives only.
  private func checks(_ bulletin: Bulletin, _ host: MeasuredHost) -> [RequirementCheck] {
    let generation = host.product.generation.productNames
    let floors = bulletin.floors.filter { floor in
      guard floor.withdrawn == nil else { return false }
      if host.product.names.contains(floor.product) { return true }
      return generation.contains(floor.product) && !floor.requirement.isOfMicrocode
    }
    return floors.map { check($0, bulletin, host) } + missing(bulletin, host, applying: floors)
  }

  private func check(_ floor: Bulletin.Floor, _ bulletin: Bulletin, _ host: MeasuredHost) -> RequirementCheck {
    let (isMet, found, why) = host.judge(floor.requirement, agesa: rules.agesa)
    var fact = floor.fact
    // What a product is decides which floor counts, so the weaker of the two facts is the statement's grade.
    if floor.requirement.isOfMicrocode, let product = host.product.fact, product.grade > fact.grade {
      fact = Fact(grade: product.grade, sources: fact.sources + product.sources.filter { !fact.sources.contains($0) })
    }
    return RequirementCheck(
      product: floor.product, requirement: floor.requirement,
      state: isMet.map { $0 ? .met : .notMet } ?? .unknown, found: found, why: why, fact: fact,
      isEnforced: rules.isEnforced(fact, bulletin: bulletin.id))
  }

  /// A kind of microcode floor that relatives of the product have and it has not: unknown, never met.
  private func missing(
    _ bulletin: Bulletin, _ host: MeasuredHost, applying floors: [Bulletin.Floor]
  ) -> [RequirementCheck] {
    let family = Set(
      facts.products.filter { $0.generation == host.product.generation.name }.map(\.name)
        + host.product.generation.productNames)
    let told = Set(floors.map(\.requirement.kind))
    var kinds: Set<String> = []
    return bulletin.floors.compactMap { floor in
      guard floor.withdrawn == nil, floor.requirement.isOfMicrocode, family.contains(floor.product),
        !told.contains(floor.requirement.kind), kinds.insert(floor.requirement.kind).inserted
      else { return nil }
      let why =
        host.product.names.isEmpty
        ? "no fact says which product of \(host.product.generation.name) has stepping \(host.cpu.stepping)"
        : "facts give it for \(floor.product), not for \(host.product.text)"
      return RequirementCheck(
        product: floor.product, requirement: floor.requirement, state: .unknown, found: nil, why: why,
        fact: floor.fact, isEnforced: rules.isEnforced(floor.fact, bulletin: bulletin.id))
    }
  }
}

/// From requirements and steps to one state.
private struct Outcome {
  var checks: [RequirementCheck]
  var steps: [StepCheck]
  var bulletin: Bulletin
  var product: String

  struct Decided {
    var state: BulletinVerdict.State
    var text: String
    var fact: Fact
    var isEnforced: Bool
  }

  /// The floor that warns counts, the better known one is named; then what nobody knows; then what is left to do.
  func decide(isRecordEnforced: Bool) -> Decided {
    let floors = checks.filter(\.isFloor)
    if let worst = best(floors.filter { $0.state == .notMet }) {
      let found = worst.found.map { ", found \($0)" } ?? ""
      return Decided(
        state: .behind, text: "closed from \(worst.requirement.text) on\(found)", fact: worst.fact,
        isEnforced: floors.contains { $0.state == .notMet && $0.isEnforced })
    }
    guard !checks.isEmpty else {
      return Decided(
        state: .unknown, text: "no fact tells what closes it on \(product)", fact: bulletin.fact,
        isEnforced: isRecordEnforced)
    }
    let unknown = floors.filter { $0.state == .unknown }
    // A floor that was measured stands without the BIOS name that delivers it; it is never "mitigated" then.
    let isMeasured = floors.contains { $0.state == .met && $0.isMeasured } && unknown.allSatisfy { !$0.isMeasured }
    if let open = best(unknown), !isMeasured {
      return Decided(
        state: .unknown, text: "closed from \(open.requirement.text) on, and \(open.why ?? "that is unknown")",
        fact: open.fact, isEnforced: unknown.contains(where: \.isEnforced))
    }
    return decideExtras(floors, unknown)
  }

  private func decideExtras(_ floors: [RequirementCheck], _ unknown: [RequirementCheck]) -> Decided {
    let bits = checks.filter { !$0.isFloor }
    let open = bits.filter { $0.state == .notMet }
    let steps = steps.filter { !$0.isDone }
    let unread = (unknown + bits.filter { $0.state == .unknown }).map {
      "\($0.requirement.text): \($0.why ?? "unknown")"
    }
    if floors.isEmpty, let first = bits.first(where: { $0.state == .unknown }) {
      return Decided(
        state: .unknown, text: unread.joined(separator: "; "), fact: first.fact,
        isEnforced: bits.contains { $0.state == .unknown && $0.isEnforced })
    }
    let met = floors.isEmpty ? "" : "floor met, "
    if !steps.isEmpty || !open.isEmpty {
      let left = steps.map(\.text) + open.map { "\($0.requirement.text) (\($0.found ?? "not verified"))" }
      let facts = steps.map(\.fact) + open.map(\.fact)
      return Decided(
        state: .stepsOpen, text: "\(met)still to be done: \(left.joined(separator: ", "))",
        fact: facts.min { $0.grade < $1.grade } ?? bulletin.fact,
        isEnforced: steps.contains(where: \.isEnforced) || open.contains(where: \.isEnforced))
    }
    // Nothing is better known than the weakest fact it rests on.
    let weakest = checks.max { $0.fact.grade < $1.fact.grade }?.fact ?? bulletin.fact
    if !unread.isEmpty {
      return Decided(
        state: .floorMet, text: "\(met)not known: \(unread.joined(separator: "; "))", fact: weakest,
        isEnforced: false)
    }
    return Decided(
      state: .mitigated, text: "every floor is met, nothing is left to do", fact: weakest, isEnforced: false)
  }

  private func best(_ checks: [RequirementCheck]) -> RequirementCheck? { checks.min { $0.fact.grade < $1.fact.grade } }
}
