extension VerifyRules {
  /// Two clocks tell of one boot: the controller's may be set meanwhile, and a look takes its time.
  package static let uptimeMargin = Duration.seconds(120)

  /// A host that has been up for longer than ago the reset was asked for has not booted since, whatever its boot id.
  func uptimeFailure(_ observation: Observation) -> Failure? {
    guard let resetAskedAt, let uptime = observation.uptimeSeconds else { return nil }
    let asked = observation.observedAt - resetAskedAt
    // A clock that was set back tells nothing.
    guard asked >= .zero, Duration.seconds(uptime) > asked + Self.uptimeMargin else { return nil }
    return Failure(
      .resetUnproven,
      "its boot id is new, yet it has been up for \(uptime) s, and the reset was asked for \(asked.wholeSeconds) s ago",
      expected: "up for at most \((asked + Self.uptimeMargin).wholeSeconds) s", found: "up for \(uptime) s")
  }

  /// What the log says of the load that is judged: of a reset, this boot's lines; of a reload, what is newer than it.
  func thisLoad(_ observation: Observation) -> KernelLogFacts? {
    guard var log = observation.firmware.kernelLog else { return nil }
    switch activated {
    case .none, .reboot: return log
    case .reload:
      // Nothing can be told apart without the moment of the load.
      guard let loadedAt else { return nil }
      func isNew(_ seconds: Double?) -> Bool { seconds.map { $0 > loadedAt } ?? false }
      log.apis.removeAll { !isNew($0.seconds) }
      log.updates.removeAll { !isNew($0.seconds) }
      log.initErrors.removeAll { !isNew($0.seconds) }
      log.timeouts.removeAll { !isNew(KernelLogFacts.seconds(ofLine: $0)) }
      return log
    }
  }

  /// A PSP that does not answer any more: a reset may not wake it (FACTS 7.8).
  func timeoutFailure(_ observation: Observation) -> Failure? {
    switch activated {
    case .none: return nil
    case .reload: break
    // A host that did not reboot shows the lines of before.
    case .reboot: if observation.bootID == before.bootID { return nil }
    }
    guard let line = thisLoad(observation)?.timeouts.last else { return nil }
    return Failure(
      .unhealthy, "PSP commands timed out in this load, and a full power cycle is advised: \(line)",
      expected: "a PSP that answers", found: line)
  }

  func healthFailure(_ observation: Observation) -> Failure? {
    let features = SEVFeatures.judge(observation, facts: facts)
    let errors = initErrors(observation)
    if before.features.sev == .usable, features.sev != .usable {
      return Failure(
        .unhealthy, "SEV does not start any more\(errors)", expected: "usable", found: features.sev.rawValue)
    }
    if before.features.sevSNP == .usable, features.sevSNP != .usable {
      return Failure(
        .unhealthy, "SEV-SNP does not start any more\(errors)", expected: "usable", found: features.sevSNP.rawValue)
    }
    // Two levels that disagree are a finding of their own (V2), not a loss that anybody saw.
    let isContradictory = features.sevES == .unknown && observation.contradictorySNP(facts: facts) != nil
    if before.features.sevES == .usable, features.sevES != .usable, !mayLoseSEVES, !isContradictory {
      return Failure(
        .unhealthy, "SEV-ES is \(features.sevES.rawValue), which the plan did not say", expected: "usable",
        found: features.sevES.rawValue)
    }
    return checkFailure(observation)
  }

  /// Accepted, or of no use to anybody: SEV-ES that ran beside SNP and is `unused` is not offered there (RULES S).
  private var mayLoseSEVES: Bool {
    change.sevES.takesAway || (change.sevES.verdict == .unused && before.features.sevSNP != .off)
  }

  private func initErrors(_ observation: Observation) -> String {
    let codes = thisLoad(observation)?.initErrors.map { facts.firmwareError($0.code) }
    guard let codes, !codes.isEmpty else { return "" }
    return ": \(codes.joined(separator: ", "))"
  }

  // MARK: Checks

  /// A check is known by what stands before its message: `SNP INIT: SNP is INIT` and `SNP INIT: SNP is UNINIT` are one.
  private static func name(_ text: String) -> String {
    guard let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].first == " " else { return text }
    return String(text[..<colon])
  }

  /// What the tool could not read is no verdict (`MSR read failed`).
  private static func isUnread(_ check: ToolCheck) -> Bool {
    let text = check.text.lowercased()
    return text.contains("read failed") || text.contains("failed to read")
  }

  /// A PASS that became FAIL (RULES V3).
  private func checkFailure(_ observation: Observation) -> Failure? {
    if hasLostItsChecks(observation), let tool = ["snphost", "sevctl"].first(where: { observation.tools[$0] != nil }) {
      return Failure(
        .unhealthy, "\(tool) makes no checks any more", expected: "\(before.passes.count) checks that pass",
        found: FeatureVerdict.unknown.rawValue)
    }
    let passed = Set(before.passes.map(Self.name))
    let passes = Set(observation.checks.filter { $0.verdict == .pass }.map { Self.name($0.text) })
    let failed = observation.checks.filter { check in
      let name = Self.name(check.text)
      return check.verdict == .fail && !Self.isUnread(check) && passed.contains(name) && !passes.contains(name)
    }.map(\.text)
    let counted = mayLoseSEVES ? failed.filter { !$0.contains("SEV-ES") } : failed
    guard !counted.isEmpty else { return nil }
    let list = counted.sorted().joined(separator: ", ")
    return Failure(
      .unhealthy, "checks that passed before fail now: \(list)", expected: "PASS", found: "FAIL: \(list)")
  }

  /// Whether checks passed before and not a single one is made now.
  func hasLostItsChecks(_ observation: Observation) -> Bool {
    !before.passes.isEmpty && observation.checks.isEmpty
  }

  // MARK: TCB

  /// What a person should read of the TCB; none of it fails a host by itself (RULES V2, FACTS 1.3).
  func tcbFindings(_ observation: Observation) -> [Reason] {
    var findings: [Reason] = []
    let tcb = observation.tcb
    if let rejected = tcb.rejected {
      findings.append(Reason("tcbUnreadable", "its TCB cannot be believed: \(rejected.text)"))
    }
    guard tcb.source == .snphost, let platform = tcb.platform else { return findings }
    if let reported = tcb.reported, reported != platform {
      findings.append(
        Reason(
          "reportedTCB",
          "attestation reports show another TCB than the one that runs: SNP SVN \(reported.snp), not \(platform.snp)"))
    }
    // An image without a patch level in its header says nothing.
    if let spl = change.image?.spl, spl > 0, spl != Int(platform.snp) {
      findings.append(
        Reason("tcbUnexpected", "the SNP SVN that runs is \(platform.snp), and the image's patch level is \(spl)"))
    }
    return findings
  }
}

extension KernelLogFacts {
  /// Seconds of a raw line, `[  812.402917] ccp …`; `nil`: it bears no time.
  static func seconds(ofLine line: String) -> Double? {
    guard line.first == "[", let end = line.firstIndex(of: "]") else { return nil }
    return Double(line[line.index(after: line.startIndex)..<end].drop { $0 == " " })
  }
}
