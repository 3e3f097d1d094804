/// What an operator declared for compliance (`inventory/compliance.yaml`): whom to believe, what was done besides, and
/// what may stay open until when.
package struct ComplianceRules: Hashable, Sendable, Codable {
  /// An operator believes what third parties quote (grade B): from then on it counts as AMD's own word does.
  package struct Acceptance: Hashable, Sendable, Codable {
    /// Only facts of this bulletin; `nil`: of any.
    package var bulletin: String?
    /// Only facts that name this source; `nil`: any.
    package var source: String?
    package var by: String
    package var reason: String
    package var declaredAt: SourceLocation

    package init(bulletin: String?, source: String?, by: String, reason: String, declaredAt: SourceLocation) {
      self.bulletin = bulletin
      self.source = source
      self.by = by
      self.reason = reason
      self.declaredAt = declaredAt
    }

    package func covers(_ fact: Fact, bulletin id: String) -> Bool {
      bulletin.map { $0 == id } != false && source.map(fact.sources.contains) != false
    }
  }

  /// What a waiver or a breach is about.
  package enum Subject: Hashable, Sendable, Codable {
    case bulletin(String)
    /// The kind of a finding, or a state that is not `compliant`.
    case finding(String)

    package var text: String {
      switch self {
      case .bulletin(let id): id
      case .finding(let kind): kind
      }
    }
  }

  /// Something that may stay as it is for a while.
  package struct Waiver: Hashable, Sendable, Codable {
    package var hosts: Set<HostID>
    package var subject: Subject
    package var owner: String
    package var reason: String
    /// The last day it covers, in UTC.
    package var expires: CivilDate
    package var declaredAt: SourceLocation

    package init(
      hosts: Set<HostID>, subject: Subject, owner: String, reason: String, expires: CivilDate,
      declaredAt: SourceLocation
    ) {
      self.hosts = hosts
      self.subject = subject
      self.owner = owner
      self.reason = reason
      self.expires = expires
      self.declaredAt = declaredAt
    }

    /// Whether its last day is over at a time.
    package func isExpired(at instant: Instant) -> Bool { instant.day > expires }
  }

  /// An extra step of a bulletin that somebody did on some hosts.
  package struct StepDone: Hashable, Sendable, Codable {
    package var hosts: Set<HostID>
    package var bulletin: String
    /// The step in the bulletin's own words.
    package var step: String
    package var by: String
    /// The day it was done, in UTC.
    package var at: CivilDate
    package var declaredAt: SourceLocation

    package init(
      hosts: Set<HostID>, bulletin: String, step: String, by: String, at: CivilDate, declaredAt: SourceLocation
    ) {
      self.hosts = hosts
      self.bulletin = bulletin
      self.step = step
      self.by = by
      self.at = at
      self.declaredAt = declaredAt
    }
  }

  /// Which AGESA a BIOS has, by an operator's word: no host tells it. It lapses with the BIOS it speaks of.
  package struct AGESAStatement: Hashable, Sendable, Codable {
    /// Vendor and version as DMI spells them, for example `Dell Inc. 2.14.1`; with the date it is exact.
    package var bios: String
    /// `1.0.0.H`.
    package var version: String
    package var by: String
    package var declaredAt: SourceLocation

    package init(bios: String, version: String, by: String, declaredAt: SourceLocation) {
      self.bios = bios
      self.version = version
      self.by = by
      self.declaredAt = declaredAt
    }

    /// Whether it speaks of the BIOS that a look saw (`Observation.bios`).
    package func covers(_ found: String) -> Bool { found == bios || found.hasPrefix(bios + " ") }
  }

  package var accept: [Acceptance]
  package var waivers: [Waiver]
  package var steps: [StepDone]
  package var agesa: [AGESAStatement]
  /// Whether the advisory on Milan's attestation is shown (FEATURES 76).
  package var milanAttestationCaveat: Bool
  /// Whether a bulletin of enforced facts that nobody can judge makes a host unknown, too.
  package var enforceUnknown: Bool
  /// Whether bulletins count against hosts at all, or are only shown.
  package var enforcesBulletins: Bool

  /// Nobody declared anything: a host is held against its target alone, and what bulletins say of it is shown beside.
  package static let undeclared = ComplianceRules(enforcesBulletins: false)

  package init(
    accept: [Acceptance] = [], waivers: [Waiver] = [], steps: [StepDone] = [], agesa: [AGESAStatement] = [],
    milanAttestationCaveat: Bool = true, enforceUnknown: Bool = false, enforcesBulletins: Bool = true
  ) {
    self.accept = accept
    self.waivers = waivers
    self.steps = steps
    self.agesa = agesa
    self.milanAttestationCaveat = milanAttestationCaveat
    self.enforceUnknown = enforceUnknown
    self.enforcesBulletins = enforcesBulletins
  }

  /// Whether a fact of a bulletin counts against hosts: AMD's own word does, a quotation once somebody accepted it;
  /// what was seen or inferred never does (FACTS, first paragraph).
  package func isEnforced(_ fact: Fact, bulletin id: String) -> Bool {
    guard enforcesBulletins else { return false }
    return switch fact.grade {
    case .a: true
    case .b: accept.contains { $0.covers(fact, bulletin: id) }
    case .c, .inferred: false
    }
  }
}

extension Instant {
  static let millisecondsPerDay: Int64 = 86_400_000

  /// The day in UTC.
  package var day: CivilDate {
    let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: Self.millisecondsPerDay)
    return CivilDate(daysSinceEpoch: Int(remainder < 0 ? quotient - 1 : quotient))
  }
}
