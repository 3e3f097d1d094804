package import FleetCore

/// `sevfleet.rollout/1`.
package struct RolloutDocument: Encodable, Sendable {
  package struct StepRow: Encodable, Sendable {
    var step: Step
    var startedAt: Instant?
    var endedAt: Instant?
    var attempts: Int
    var outcome: RolloutReport.StepRow.Outcome?
  }

  package struct HostRow: Encodable, Sendable {
    var host: HostID
    var outcome: RolloutReport.Outcome
    var kind: FailureKind?
    var expected: FirmwareVersion
    var desired: FirmwareVersion?
    var found: FirmwareVersion?
    var activation: HostChange.Activation
    var tcbBefore: TCBVersion?
    var tcbAfter: TCBVersion?
    var sevESBefore: FeatureVerdict
    var sevESAfter: FeatureVerdict
    var backup: String?
    var fileRestored: Bool
    var armed: Bool?
    var afterReboot: FirmwareVersion?
    var steps: [StepRow]
    var serviceDisabledSeconds: Int64?
    var released: String?
    var text: String
  }

  /// What a schedule reserved, and who agreed.
  package struct Booking: Encodable, Sendable {
    var schedule: String
    var opens: Instant
    var closes: Instant
    var approvals: Int
    var approvedBy: [String]
  }

  /// Who asked others for it, and who agreed.
  package struct Approval: Encodable, Sendable {
    var askedBy: String
    var approvals: Int
    var approvedBy: [String]
  }

  package var schema = "sevfleet.rollout/1"
  /// `nil`: there was nothing to do, so no rollout was made.
  package var id: String?
  package var plan: String
  package var state: RolloutReport.State
  package var reason: String?
  /// `nil`: no schedule planned it.
  package var booking: Booking?
  /// `nil`: nobody has to agree.
  package var approval: Approval?
  /// Who began an emergency without the people whom policy wants, and why; `nil`: nobody did.
  package var breakGlass: String?
  /// When it will be done, by what hosts like these took or else by policy; `nil`: it does not run.
  package var eta: Instant?
  package var hosts: [HostRow]
  /// As in the plan.
  package var excluded: [PlanDocument.Excluded]

  package init(_ report: RolloutReport, eta: Instant? = nil) {
    self.eta = eta
    id = report.id.isEmpty ? nil : report.id
    plan = report.plan
    state = report.state
    reason = report.stateReason
    booking = report.booking.window.map { window in
      Booking(
        schedule: window.schedule, opens: window.opening.opens, closes: window.opening.closes,
        approvals: window.approvals, approvedBy: report.booking.approvedBy)
    }
    approval = report.booking.question.map {
      Approval(askedBy: $0.by, approvals: $0.approvals, approvedBy: report.booking.approvedBy)
    }
    breakGlass = report.breakGlass
    hosts = report.hosts.map(HostRow.init)
    excluded = report.excluded.map(PlanDocument.Excluded.init)
  }
}

extension RolloutDocument.HostRow {
  init(_ row: RolloutReport.HostRow) {
    let latest = row.latest
    self.init(
      host: row.change.host, outcome: row.outcome, kind: row.failure?.kind, expected: row.change.expected,
      desired: row.change.desired, found: latest?.version, activation: row.activation,
      tcbBefore: row.before?.tcb, tcbAfter: row.after?.tcb, sevESBefore: row.before?.features.sevES ?? .unknown,
      sevESAfter: row.after?.features.sevES ?? .unknown, backup: row.backup, fileRestored: row.fileRestored,
      armed: latest?.armed, afterReboot: latest?.afterReboot,
      steps: row.steps.map {
        .init(
          step: $0.step, startedAt: $0.startedAt, endedAt: $0.endedAt, attempts: $0.attempts, outcome: $0.outcome)
      },
      serviceDisabledSeconds: row.serviceDisabled?.wholeSeconds, released: row.released, text: row.text)
  }
}
