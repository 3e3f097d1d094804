/// Why a step failed. The raw values are a contract (INTERFACE).
package enum FailureKind: String, Hashable, Sendable, Codable, CaseIterable {
  case notApplied, needsBIOS, unhealthy, resetUnproven, didNotReturn, unknownVersion, contradictorySources
  case drainDeadline, serverFailed, serverAppeared, serverBlocked, unknownVMs, computeUnknown, otherMaintenance
  case stageFailed, shadowed, diskFull, readOnly, sudoRefused, connectionLost, unreachable, notReady, hostKeyMismatch
  case changedSincePlan, backupFailed, prepareFailed, packageManagerBusy, cannotActivate, reloadFailed
  case serviceTakenOver, hookVeto, sevESLoss, undoFailed, resumedTooOften, downgradeNotAllowed, heartbeatMissing
  case encryptionLost, kernelChanged, halted, quarantined
}

/// One failure: typed, with a sentence, and what was expected and found.
package struct Failure: Error, Hashable, Sendable, Codable {
  package var kind: FailureKind
  package var text: String
  package var expected: String?
  package var found: String?
  /// Whether the same step may be tried again at once.
  package var isTransient: Bool

  package init(
    _ kind: FailureKind, _ text: String, expected: String? = nil, found: String? = nil, isTransient: Bool = false
  ) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
    self.isTransient = isTransient
  }
}

/// What a look at a step's goal answers (HOUSE D4).
package enum Precheck: Hashable, Sendable {
  case alreadyDone
  /// Accepted by the other side and not visible yet: wait, look again.
  case inProgress(String)
  case ready
  case blocked(Failure)
}
