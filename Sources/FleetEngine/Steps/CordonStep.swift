import FleetCore

/// The compute service is disabled with a reason that names this rollout, or was disabled by somebody before (D9).
struct CordonStep: StepImplementation {
  let step = Step.cordon
  let fallback = FailureKind.computeUnknown

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    guard let nova = try runner.nova else { return .alreadyDone }
    let service = try await nova.gateway.service(nova.name)
    if runner.run.before?.service?.isEnabled == false {
      try runner.checkStillCordoned(service)
      return .alreadyDone
    }
    if service.isEnabled { return .ready }
    if service.disabledReason == runner.cordonReason {
      // Ours from before a crash: the effect may still want its observation.
      return runner.run.openEffect(EffectID(.disableService, nova.name)) == nil ? .alreadyDone : .ready
    }
    return .blocked(Self.disabledByOthers(service))
  }

  private static func disabledByOthers(_ service: ComputeServiceState) -> Failure {
    Failure(
      .otherMaintenance, "somebody disabled its compute service meanwhile: \(service.disabledReason ?? "no reason")",
      expected: "enabled", found: service.disabledReason)
  }

  func act(_ runner: HostRunner) async throws {
    guard let nova = try runner.nova else { return }
    let reason = runner.cordonReason
    let service = try await nova.gateway.service(nova.name)
    try await runner.effect(
      EffectID(.disableService, nova.name), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { reason },
      look: { _ in
        let now = try await nova.gateway.service(nova.name)
        if now.isEnabled { return .ready }
        // Another's reason is never overwritten (RULES D9).
        return now.disabledReason == reason ? .alreadyDone : .blocked(Self.disabledByOthers(now))
      },
      act: { reason in try await nova.gateway.disable(service: service.id, reason: reason) })
  }
}

extension HostRunner {
  /// A service that somebody re-enabled, or took over, stops the host (RULES D9).
  func checkStillCordoned(_ service: ComputeServiceState) throws {
    if run.before?.service?.isEnabled == false {
      guard service.isEnabled else { return }
      throw Failure(
        .serviceTakenOver, "somebody enabled its compute service in mid-run", expected: "disabled, as before the run",
        found: "enabled")
    }
    guard !service.isEnabled, service.disabledReason == cordonReason else { throw takenOver(service) }
  }

  /// Whether this run disabled the service, or may have.
  var isCordonedByUs: Bool { run.effects.contains { $0.id.kind == .disableService } }

  /// A service that bore our reason and does so no more.
  func takenOver(_ service: ComputeServiceState) -> Failure {
    Failure(
      .serviceTakenOver,
      service.isEnabled
        ? "somebody enabled its compute service in mid-run"
        : "somebody replaced the reason on its compute service", expected: cordonReason,
      found: service.isEnabled ? "enabled" : service.disabledReason)
  }
}
