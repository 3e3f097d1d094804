import FleetCore

/// One step: what it promises can be looked at, and it can be brought about. Both may be repeated at any time.
protocol StepImplementation: Sendable {
  var step: Step { get }
  /// The kind of a failure that has no better one.
  var fallback: FailureKind { get }
  func precheck(_ runner: HostRunner) async throws -> Precheck
  func act(_ runner: HostRunner) async throws
}

enum StepImplementations {
  static func of(_ step: Step) -> any StepImplementation {
    switch step {
    case .observe: ObserveStep()
    case .backup: BackupStep()
    case .prepare: PrepareStep()
    case .cordon: CordonStep()
    case .drain: DrainStep()
    case .stage: StageStep()
    case .proveEmpty: ProveEmptyStep()
    case .activate: ActivateStep()
    case .verify: VerifyStep()
    case .uncordon: UncordonStep()
    }
  }
}
