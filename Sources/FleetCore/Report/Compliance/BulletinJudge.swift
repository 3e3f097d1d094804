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
      let verdict = judge(bulletin, measured, host: host, on: instant.day)
      return failure == nil ? verdict : verdict.ofThePast
    }
  }

  private func blank(_ why: String) -> [BulletinVerdict] {
    facts.bulletins.map { bulletin in
      let counts = rules.isEnforced(bulletin.fact, bulletin: bulletin.id)
      return BulletinVerdict(
        bulletin, product: nil, state: .unknown, text: why, fact: bulletin.fact,
        counted: counts ? .init(state: .unknown, text: why, fact: bulletin.fact) : nil)
    }
  }

  private func judge(
    _ bulletin: Bulletin, _ host: MeasuredHost, host id: HostID, on day: CivilDate
  ) -> BulletinVerdict {
    let name = host.product.text
    let own = Set(host.product.generation.productNames + host.product.names)
    let words = bulletin.unaffected.filter { own.contains($0.product) }.sorted { $0.fact.grade < $1.fact.grade }
    let outcome = BulletinOutcome(
      checks: checks(bulletin, host), steps: bulletin.steps.map { step($0, of: bulletin, host: id, on: day) },
      bulletin: bulletin, product: name)
    let shown = outcome.shown
    let counted = counted(outcome, words)
    if let word = words.first, counted?.state.isOpen != true, !shown.isKnownBetter(than: word.fact) {
      return BulletinVerdict(
        bulletin, product: name, state: .notConcerned, text: Self.text(word), fact: word.fact, counted: counted)
    }
    return BulletinVerdict(
      bulletin, product: name, state: shown.state, text: shown.text, fact: shown.fact, counted: counted,
      checks: outcome.checks, steps: outcome.steps)
  }

  private static func text(_ word: Bulletin.Unaffected) -> String { "\(word.product) is not affected" }

  /// The outcome of the facts that count alone; `nil`: none of them speaks of the host.
  private func counted(_ all: BulletinOutcome, _ words: [Bulletin.Unaffected]) -> BulletinVerdict.Counted? {
    let bulletin = all.bulletin
    if let word = words.first(where: { rules.isEnforced($0.fact, bulletin: bulletin.id) }) {
      return .init(state: .notConcerned, text: Self.text(word), fact: word.fact)
    }
    var outcome = all
    outcome.checks = all.checks.filter(\.isEnforced)
    outcome.steps = all.steps.filter(\.isEnforced)
    let isTold = rules.isEnforced(bulletin.fact, bulletin: bulletin.id)
    guard isTold || !outcome.checks.isEmpty || !outcome.steps.isEmpty else { return nil }
    // Steps are told of no product: somebody has to say that the bulletin is about this one.
    return outcome.counted(areStepsMeant: !all.checks.isEmpty)
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

extension BulletinVerdict.Counted {
  /// Whether it says that something is left to do, on better ground than another fact.
  fileprivate func isKnownBetter(than fact: Fact) -> Bool { state.isOpen && self.fact.grade < fact.grade }
}

extension BulletinVerdict {
  /// As it is told of a host that could not be reached just now: it may run anything by now. What was open when it was
  /// last seen does not count as open; what nobody knows may count as unknown.
  fileprivate var ofThePast: BulletinVerdict {
    var past = self
    if state != .notConcerned {
      past.text = "the last look failed; before, it was \(state.rawValue): \(text)"
      past.state = .unknown
    }
    if let counted, counted.state != .notConcerned {
      past.counted = Counted(
        state: .unknown, text: "the last look failed; before, it was \(counted.state.rawValue): \(counted.text)",
        fact: counted.fact)
    }
    return past
  }
}
