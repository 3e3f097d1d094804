/// Something a person did that no other event of the journal tells with their name: who, what, to what, and why.
package struct Action: Hashable, Sendable, Codable {
  /// Names are stable: old journals are read for ever.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Images were put into the catalog.
    case addImages
    /// A plan was made that had not been kept before.
    case keepPlan
    /// A host is to go back to a backup.
    case restoreBackup
    /// That many servers may be switched off.
    case acceptRestarts
    /// SEV-ES may be lost on hosts of the plan.
    case acceptSEVESLoss
    case startRollout, scheduleRollout, approveRollout
    /// The rollout was given to `serve`.
    case leaveRollout
    case pauseRollout, resumeRollout, haltRollout, finishRollout
    /// No further host of a combination is begun.
    case pauseCombination
    /// An emergency began without the people whom policy asks.
    case breakGlass
    case releaseHost, adoptHost, giveLeaseBack
    /// The lock was taken from a holder that did not answer.
    case takeOver
    case startServing, stopServing
    case createToken, revokeToken
    /// What a rollout does to a host.
    case beginHost, actOnHost, undoOnHost, skipHost, quarantineHost
  }

  /// Who: a person, a token of the API, or `controller`.
  package var by: String
  package var what: Kind
  /// A rollout, a plan, a host, a backup, a folder, a token; never a secret.
  package var subject: String
  /// In the words of whoever did it; `nil`: nobody asked.
  package var why: String?

  package init(by: String, _ what: Kind, _ subject: String, why: String? = nil) {
    self.by = by
    self.what = what
    self.subject = subject
    self.why = why
  }

  /// Who acts where no person did.
  package static let controller = "sevfleet"

  /// One sentence for people.
  package var sentence: String { "\(by) \(what.words) \(subject)" + (why.map { ": \($0)" } ?? "") }
}

extension Action.Kind {
  /// The words between who and what it was done to.
  package var words: String {
    switch self {
    case .addImages: "put into the catalog"
    case .keepPlan: "made"
    case .restoreBackup: "restores"
    case .acceptRestarts: "accepts that servers are switched off:"
    case .acceptSEVESLoss: "accepts the loss of SEV-ES by"
    case .startRollout: "started rollout"
    case .scheduleRollout: "planned rollout"
    case .approveRollout: "approved rollout"
    case .leaveRollout: "left to the running controller rollout"
    case .pauseRollout: "paused rollout"
    case .resumeRollout: "resumed rollout"
    case .haltRollout: "halted rollout"
    case .finishRollout: "finished rollout"
    case .pauseCombination: "begins no further host of"
    case .breakGlass: "went on without others' approval with rollout"
    case .releaseHost: "released host"
    case .adoptHost: "took over the lease of host"
    case .giveLeaseBack: "gave back the lease of host"
    case .takeOver: "took the lock from"
    case .startServing: "started to serve"
    case .stopServing: "stopped to serve"
    case .createToken: "created token"
    case .revokeToken: "revoked token"
    case .beginHost: "began host"
    case .actOnHost: "did"
    case .undoOnHost: "undid"
    case .skipHost: "skipped host"
    case .quarantineHost: "quarantined host"
    }
  }
}
