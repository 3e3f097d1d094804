/// Every reason to leave a host alone. The raw values are a contract (INTERFACE).
package enum ExclusionKind: String, Hashable, Sendable, Codable, CaseIterable {
  case unreachable, hostKeyMismatch, noAlgorithm, sudoRefused, notReady
  case noTarget, noImage, ambiguousImage
  case unknownVersion, contradictorySources, unknownFloor, needsBIOS, prerequisite, downgradeNotAllowed
  case sevESLoss, serversBlocked, unknownVMs, computeUnknown, otherMaintenance
  case cannotActivate, kernelChange, quarantined
  /// The right version runs, yet SEV does not start: a matter for a person, not for another load.
  case unhealthy
  /// The inventory does not allow the version that it should run.
  case versionBlocked
}

/// One host that a plan leaves alone, and why in one sentence.
package struct Exclusion: Error, Hashable, Sendable, Codable {
  package var kind: ExclusionKind
  package var expected: String?
  package var found: String?
  /// One sentence for people; names host-independent facts only.
  package var text: String
  /// The rule of RULES.md that speaks.
  package var rule: String

  package init(_ kind: ExclusionKind, rule: String, expected: String? = nil, found: String? = nil, _ text: String) {
    self.kind = kind
    self.rule = rule
    self.expected = expected
    self.found = found
    self.text = text
  }
}

/// Why a probe found nothing.
package struct ProbeFailure: Error, Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case unreachable, hostKeyMismatch, noAlgorithm, sudoRefused, notReady, connectionLost
  }

  package var kind: Kind
  package var text: String
  package var expected: String?
  package var found: String?

  package init(kind: Kind, text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }

  /// The exclusion that a failed probe makes.
  package var exclusion: Exclusion {
    let kind: ExclusionKind =
      switch self.kind {
      case .unreachable, .connectionLost: .unreachable
      case .hostKeyMismatch: .hostKeyMismatch
      case .noAlgorithm: .noAlgorithm
      case .sudoRefused: .sudoRefused
      case .notReady: .notReady
      }
    return Exclusion(kind, rule: "O1", expected: expected, found: found, text)
  }
}
