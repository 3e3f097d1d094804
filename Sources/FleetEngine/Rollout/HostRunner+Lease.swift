import FleetCore

/// The lease of the host: taken before the first effect, looked at with every whole look, given back at the very end
/// (RULES K, decision 0017).
extension HostRunner {
  private static let taking = EffectID(.takeLease)
  private static let giving = EffectID(.giveLease)

  /// Takes the lease, once per run. Throws `otherMaintenance` where another controller has it.
  func takeLease() async throws {
    if run.isDone(Self.taking) { return }
    let hosts = services.hosts
    let controller = services.controller
    var isOurs = false
    try await effect(
      Self.taking, failing: .prepareFailed, within: services.bounds.command,
      token: { controller.holder(rollout: rollout).line },
      look: { record in
        guard let lease = try await hosts.remains(host).lease else {
          isOurs = false
          return .ready
        }
        guard lease.isHeld(by: controller.id) else { return .blocked(Self.refusal(lease)) }
        // A run of ours that could not give it back left it; the journal keeps our own runs apart.
        isOurs = true
        return lease.line == record?.token ? .alreadyDone : .ready
      },
      act: { line in
        try await hosts.perform(host, isOurs ? .replaceLease(holder: line) : .takeLease(holder: line))
      })
  }

  /// Gives the lease back, once per run, and returns what became of it. A host that cannot be reached keeps it: that
  /// is in nobody's way but other controllers', and no reason to fail what is done otherwise.
  func giveLeaseBack() async throws -> String {
    guard run.effects.contains(where: { $0.id == Self.taking }) else { return "no lease was taken" }
    if run.openEffect(Self.giving) == nil, run.effects.contains(where: { $0.id == Self.giving }) {
      return "the lease is given back"
    }
    let hosts = services.hosts
    let controller = services.controller
    var text = "the lease is given back"
    do {
      try await effect(
        Self.giving, failing: .undoFailed, within: services.bounds.command,
        token: { controller.holder(rollout: rollout).line },
        look: { _ in
          // What somebody took over is theirs to give back.
          guard let lease = try await hosts.remains(host).lease else { return .alreadyDone }
          if lease.isHeld(by: controller.id) { return .ready }
          text = "its lease is another's: \(lease.text)"
          return .alreadyDone
        },
        act: { _ in try await hosts.perform(host, .giveLease) })
      return text
    } catch let failure as Failure {
      return try keepLease(failure.text)
    } catch let error as HostError {
      return try keepLease(error.text)
    }
  }

  private func keepLease(_ why: String) throws -> String {
    // What broke off because the controller leaves is settled when the run is taken up again.
    try Task.checkCancellation()
    if run.openEffect(Self.giving) != nil {
      try record(.effectObserved(effect: Self.giving, result: .failed(why)))
    }
    let text = "its lease could not be given back: \(why); `host release` gives it back, and so does its next rollout"
    try finding("leaseKept", text)
    return text
  }

  /// Has the host do one thing. On the way forward the host itself refuses it where this run's lease does not lie there
  /// any more: another process may have taken the run over and ended it while this one slept. On the way back a lease
  /// that is gone keeps nothing from being undone; one that somebody else has does (`checkLeaseOnce`).
  func perform(_ act: HostAct) async throws(HostError) {
    try await services.hosts.perform(host, act, under: lease)
  }

  /// The lease as this run wrote it, while it acts under it.
  private var lease: String? {
    guard case .inDoubt = run.state, run.holdsLease else { return nil }
    return run.effects.last { $0.id == Self.taking }?.token
  }

  /// A host that somebody took over while we had work on it is not ours to act on any more.
  func checkLease(_ lease: HostLease?) throws {
    guard run.holdsLease else { return }
    if let lease {
      guard lease.isHeld(by: services.controller.id) else {
        let refusal = Self.refusal(lease)
        // Whatever look showed it: nothing is undone behind it either.
        lostLease = refusal
        throw refusal
      }
    } else if case .inDoubt = run.state {
      throw Failure(
        .otherMaintenance, "its lease is gone: somebody else removed it or had it",
        expected: services.controller.holder(rollout: rollout).text, found: "no lease")
    }
  }

  /// The same before the first undoing of this process. A host that gives no answer is undone as far as it goes.
  func checkLeaseOnce() async throws {
    if !knowsLease, run.holdsLease {
      knowsLease = true
      do throws(HostError) {
        let lease = try await services.hosts.remains(host).lease
        if let lease, !lease.isHeld(by: services.controller.id) { lostLease = Self.refusal(lease) }
      } catch {
        try Task.checkCancellation()
      }
    }
    if let lostLease { throw lostLease }
  }

  private static func refusal(_ lease: HostLease) -> Failure {
    Failure(.otherMaintenance, lease.refusal, expected: HostLease.expected, found: lease.text)
  }
}
