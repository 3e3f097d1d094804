import FleetCore

/// The staged file is made to run: modules reloaded, or the host reset (RULES A).
struct ActivateStep: StepImplementation {
  let step = Step.activate
  let fallback = FailureKind.cannotActivate

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let done = runner.run.effects.contains { record in
      if case .done? = record.result { return record.id.kind.beginsActivation }
      return false
    }
    return done ? .alreadyDone : .ready
  }

  func act(_ runner: HostRunner) async throws {
    if !runner.run.activationBegan { try await Hooks.run(.preActivate, runner) }
    switch runner.change.activation {
    case .none: return
    case .reboot: try await reset(runner)
    case .reload:
      if runner.run.effects.contains(where: { $0.id.kind == .reset }) { return try await reset(runner) }
      do {
        try await reload(runner)
      } catch let failure as Failure where failure.kind == .reloadFailed {
        if let obstacle = try await obstacleToReset(runner) {
          var failure = failure
          failure.text += "; no reset is made in its place: \(obstacle)"
          throw failure
        }
        try runner.finding("reloadRefused", "\(failure.text); a reboot is made in its place, as policy allows")
        try await reset(runner)
      }
    }
  }

  private func reload(_ runner: HostRunner) async throws {
    let parameters = runner.run.before?.parameters.loadArguments ?? []
    let hosts = runner.services.hosts
    try await runner.effect(
      EffectID(.reload), failing: .reloadFailed, within: runner.host.policy.deadlines.reload,
      token: { "\(runner.rollout)-\(runner.host.id)" },
      look: { record in
        guard let record else { return try await Self.proven(runner, resets: false) }
        switch try await hosts.reloadState(runner.host, token: record.token) {
        case .notStarted: return try await Self.proven(runner, resets: false)
        case .running: return .inProgress("modules are being reloaded")
        case .ended(let result): return result.succeeded ? .alreadyDone : .blocked(Self.failure(result))
        }
      },
      act: { token in try await runner.perform(.reload(token: token, parameters: parameters)) })
  }

  static func failure(_ result: ReloadResult) -> Failure {
    let step = result.failedStep ?? "a step"
    let state = result.modulesPresent ? "the modules are back" : "the host has no KVM now"
    let output = result.output.isEmpty ? "" : ": \(result.output)"
    return Failure(
      .reloadFailed, "\(step) was refused\(output); \(state)", expected: "ccp and kvm_amd reloaded", found: step)
  }

  /// Why a reset may not take the place of a refused reload; `nil`: policy allows it, and it boots the kernel that
  /// runs. A kernel change must have been shown by the plan (RULES A3), and a reload's plan shows none.
  private func obstacleToReset(_ runner: HostRunner) async throws -> String? {
    guard runner.host.policy.activation.reboot else { return "policy forbids a reboot" }
    let observation = try await runner.observe()
    // Without a hook that can cut the power, a person decides (FACTS 7.8).
    if let timeouts = observation.firmware.kernelLog?.timeouts, !timeouts.isEmpty,
      runner.host.policy.hooks[.powerCycle] == nil
    {
      return "PSP commands timed out, and a full power cycle is advised"
    }
    return ObserveStep.otherKernel(runner, observation)?.text
  }

  /// The proof of emptiness stands right before each act, not only before the effect: after a controller was lost
  /// between intent and act, or a reload was refused, what was proved before is old (RULES E).
  private static func proven(_ runner: HostRunner, resets: Bool) async throws -> Precheck {
    if let failure = try await Emptiness.unproven(runner, resets: resets) { return .blocked(failure) }
    // A package may have written the file since it was staged: what it brought is not what was agreed to (RULES O2).
    let staged = StageStep.unreached(runner.change, try await runner.observation())
    return staged.map { .blocked($0) } ?? .ready
  }

  /// Whether the reset was not asked for yet, so that what the host looks like still decides.
  private func mayStillPrepare(_ runner: HostRunner) async -> Bool {
    guard let record = runner.run.openEffect(EffectID(.reset)) else { return true }
    guard let mark = try? await runner.services.hosts.bootMark(runner.host), mark.bootID == record.token else {
      return false
    }
    return (try? await runner.services.hosts.resetIssued(runner.host, token: record.token)) == false
  }

  private func reset(_ runner: HostRunner) async throws {
    if await mayStillPrepare(runner), try await Self.mustUnload(runner) {
      try await runner.effect(
        EffectID(.unloadKexec), failing: .cannotActivate, within: runner.services.bounds.command, token: { "" },
        look: { _ in try await runner.observe().kexecLoaded == false ? .alreadyDone : .ready },
        act: { _ in try await runner.perform(.unloadKexec) })
    }
    do {
      try await awaitReset(runner)
    } catch let failure as Failure where failure.kind == .didNotReturn {
      guard Hooks.isWanted(.powerCycle, runner), runner.run.openEffect(EffectID(.reset)) != nil else { throw failure }
      // The operator's last means (RULES H): the board is switched off and on, and the host gets its time once more.
      try runner.finding("powerCycled", "\(failure.text); its power_cycle hook is run")
      try await Hooks.run(.powerCycle, runner)
      try await awaitReset(runner)
    }
    runner.latest = nil
  }

  /// A kernel for kexec is loaded, or a lost controller had begun to unload it.
  private static func mustUnload(_ runner: HostRunner) async throws -> Bool {
    if runner.run.openEffect(EffectID(.unloadKexec)) != nil { return true }
    return try await runner.observe().kexecLoaded == true
  }

  private func awaitReset(_ runner: HostRunner) async throws {
    let hosts = runner.services.hosts
    // Each request gets the whole time to shut down.
    var shutdown = Deadline(runner.services.clock, in: runner.services.bounds.shutdown)
    try await runner.effect(
      EffectID(.reset), failing: .didNotReturn, within: runner.host.policy.deadlines.reboot,
      token: { try await hosts.bootMark(runner.host).bootID },
      look: { record in
        guard let record else { return try await Self.proven(runner, resets: true) }
        return try await Self.looked(runner, record.token, shutdown)
      },
      act: { token in
        try await runner.perform(.reset(token: token))
        shutdown = Deadline(runner.services.clock, in: runner.services.bounds.shutdown)
        runner.latest = nil
      })
  }

  /// A host that does not answer is rebooting until the deadline says otherwise.
  private static func looked(
    _ runner: HostRunner, _ token: String, _ shutdown: Deadline
  ) async throws -> Precheck {
    let hosts = runner.services.hosts
    do throws(HostError) {
      let mark = try await hosts.bootMark(runner.host)
      if mark.bootID != token { return .alreadyDone }
      if try await hosts.resetIssued(runner.host, token: token), !shutdown.hasPassed {
        return .inProgress("the host shuts down")
      }
    } catch {
      await hosts.close(runner.host)
      if error.kind == .hostKeyMismatch {
        return .blocked(error.failure(.hostKeyMismatch))
      }
      return .inProgress("waits for the host to come back (\(error.kind.rawValue))")
    }
    return try await proven(runner, resets: true)
  }
}

extension SEVParameters {
  /// The module parameters to load `kvm_amd` with again: what was on is asked for; what was off stays the
  /// configuration's business, since it may be off because INIT failed.
  package var loadArguments: [String] {
    [("sev", sev), ("sev_es", sevES), ("sev_snp", sevSNP)].compactMap { name, value in
      value == true ? "\(name)=1" : nil
    }
  }
}
