/// What kind of news an event is for people who are not looking. A receiver names the classes that it wants.
package enum NotifyClass: String, Hashable, Sendable, Codable, CaseIterable {
  /// A host is out of service until a person releases it.
  case quarantine
  case halt
  /// A rollout, or a combination within one, begins no further host.
  case pause
  case finished
  /// Somebody has to agree before a rollout begins.
  case approvalWanted = "approval_wanted"
  case emergency
  /// A host runs something else than when it was last looked at, and no rollout did it.
  case drift
  case waiverExpired = "waiver_expired"
  /// Hosts are later than policy lets them be.
  case overdue
  /// A controller ended without saying so, or was taken over.
  case controllerLost = "controller_lost"

  /// Kinds of findings that are news of a class.
  package static let waiverFinding = "waiverExpired"
  package static let controllerFinding = "controllerLost"
  package static let rebootFinding = "armedReboot"

  /// The class of an event; `nil`: it is news for nobody.
  ///
  /// `isFirstLook`: for what was seen of a host, whether nothing was known of it before: that is no drift.
  package static func of(_ event: JournalEvent, isFirstLook: Bool = false) -> NotifyClass? {
    switch event {
    case .run(.quarantined): .quarantine
    case .rolloutHalted: .halt
    case .rolloutPaused, .combinationPaused: .pause
    case .rolloutFinished: .finished
    case .rolloutScheduled(_, _, let approvals): approvals > 0 ? .approvalWanted : nil
    case .rolloutLeft(_, let approvals): approvals.map { $0 > 0 } == true ? .approvalWanted : nil
    case .rolloutStarted(_, _, let emergency): emergency == nil ? nil : .emergency
    case .observed: isFirstLook ? nil : .drift
    case .finding(let kind, _): of(finding: kind)
    case .audited(let action): action.what == .takeOver ? .controllerLost : nil
    case .rolloutResumed, .hostDispatched, .sevESLossAccepted, .run, .backupMade, .waveStarted, .soakStarted,
      .waveJudged, .rolloutApproved:
      nil
    }
  }

  private static func of(finding kind: String) -> NotifyClass? {
    switch kind {
    case BrokenGlass.kind: .emergency
    case rebootFinding: .drift
    case waiverFinding: .waiverExpired
    case ComplianceLateness.kind: .overdue
    case controllerFinding: .controllerLost
    case _: nil
    }
  }
}
