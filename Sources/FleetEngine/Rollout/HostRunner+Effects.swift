import FleetCore
import FleetStore

extension HostRunner {
  /// One effect from intent to observation (RULES O3).
  ///
  /// `look` tells whether it happened; with a record it must use the record's token, so that what was begun before a
  /// crash is recognised and not done twice. `act` may fail without proof; only `look` decides. An effect ends as
  /// failed only where the other side said no: what merely did not show in time may still happen, and stays open for
  /// the return path to settle.
  func effect(
    _ id: EffectID, failing kind: FailureKind, within limit: Duration,
    token: () async throws -> String, look: (HostRun.EffectRecord?) async throws -> Precheck,
    act: (String) async throws -> Void
  ) async throws {
    if run.openEffect(id) == nil {
      switch try await looked(id, look) {
      case .alreadyDone: return
      case .blocked(let failure): throw failure
      case .ready, .inProgress: break
      }
      try record(.effectIntended(effect: id, token: try await token()))
    }
    let deadline = Deadline(services.clock, in: limit)
    var acts = 0
    var refusal: Failure?
    while true {
      switch try await looked(id, look) {
      case .alreadyDone:
        try record(.effectObserved(effect: id, result: .done("")))
        return
      case .blocked(let failure):
        try record(.effectObserved(effect: id, result: .failed(failure.text)))
        throw failure
      case .inProgress(let text):
        try await pause(deadline, id, kind, text)
      case .ready:
        if let refusal {
          try record(.effectObserved(effect: id, result: .failed(refusal.text)))
          throw refusal
        }
        guard acts < services.bounds.maxActs, !deadline.hasPassed else {
          throw Failure(kind, "\(id) was asked for \(acts) times and was not seen to happen; it may still")
        }
        acts += 1
        refusal = try await acted(id, kind, act)
      }
    }
  }

  /// Stands right before each act, whoever is asked for it. The intent was appended under the fence; what is asked for a
  /// second time is not, and much time may lie between: whoever slept since is found out here, and from here on by the
  /// host. Throws `fenced`.
  func begin(_ id: EffectID) throws(StoreError) {
    Failpoint.hit("before \(host.id) effect \(id)")
    try services.store.checkFence()
  }

  /// Acts once. Returns the refusal where the other side clearly said no; an uncertain end is looked up.
  private func acted(
    _ id: EffectID, _ kind: FailureKind, _ act: (String) async throws -> Void
  ) async throws -> Failure? {
    let token = run.openEffect(id)?.token ?? ""
    try begin(id)
    defer { Failpoint.hit("after \(host.id) effect \(id)") }
    do {
      try await act(token)
      return nil
    } catch let error as HostError {
      return error.isUncertain ? nil : error.failure(kind)
    } catch let error as ComputeError {
      return error.kind == .unreachable ? nil : Failure(kind, error.text)
    }
  }

  /// A look that survives a lost connection: the host is asked again, a bounded number of times.
  private func looked(
    _ id: EffectID, _ look: (HostRun.EffectRecord?) async throws -> Precheck
  ) async throws -> Precheck {
    var tries = 0
    while true {
      do {
        return try await look(run.openEffect(id))
      } catch let error as HostError where error.isUncertain && tries < services.bounds.maxActs {
        tries += 1
      } catch let error as ComputeError where error.kind == .unreachable && tries < services.bounds.maxActs {
        tries += 1
      }
      try await services.clock.sleep(services.bounds.knock)
    }
  }

  private func pause(_ deadline: Deadline, _ id: EffectID, _ kind: FailureKind, _ text: String) async throws {
    if deadline.hasPassed {
      // It may still happen, so the effect stays open: the return path settles it, verify looks at it.
      throw Failure(kind, "\(id) did not end in time: \(text)")
    }
    if case .inDoubt(let step, _, _) = run.state { wait(step, text) }
    try await services.clock.sleep(services.bounds.poll)
  }

  /// A fresh look at everything. Throws the probe's failure as a failure of the step.
  @discardableResult
  func observe() async throws -> Observation {
    let look = await services.hosts.observe(host)
    switch look {
    case .success(let observation):
      latest = observation
      // Reports and later plans see what this run saw.
      try services.store.save(observations: [(host.id, look, services.clock.now())])
      try checkLease(observation.lease)
      return observation
    case .failure(let failure):
      let kind: FailureKind =
        switch failure.kind {
        case .unreachable, .noAlgorithm: .unreachable
        case .hostKeyMismatch: .hostKeyMismatch
        case .sudoRefused: .sudoRefused
        case .notReady: .notReady
        case .connectionLost: .connectionLost
        }
      let transient = kind == .unreachable || kind == .notReady || kind == .connectionLost
      throw Failure(kind, failure.text, expected: failure.expected, found: failure.found, isTransient: transient)
    }
  }

  /// The newest look of this process, or a fresh one.
  func observation() async throws -> Observation {
    if let latest { return latest }
    return try await observe()
  }

  /// The compute gateway and the Nova name of the host; `nil` for a host that is not in Nova.
  var nova: (gateway: any ComputeGateway, name: String)? {
    get throws {
      guard let name = change.computeHost.name else { return nil }
      guard let gateway = services.compute else {
        throw Failure(.computeUnknown, "no cloud is configured, and the host is \(name) in Nova")
      }
      return (gateway, name)
    }
  }

  var cordonReason: String { CordonReason.text(rollout: rollout, host: host.id) }

  /// A finding that a person should read later.
  func finding(_ kind: String, _ text: String) throws { try journal(.finding(kind: kind, text: text)) }
}
