package import FleetCore

/// `sevfleet.compliance/1`: the report as commands and the API give it. The same report makes the same bytes.
package struct ComplianceDocument: Encodable, Sendable {
  /// Hosts by state against their targets.
  package struct Summary: Encodable, Sendable {
    var compliant: Int
    var behind: Int
    var ahead: Int
    var unstable: Int
    var unknown: Int

    init(_ count: (ComplianceRow.State) -> Int) {
      compliant = count(.compliant)
      behind = count(.behind)
      ahead = count(.ahead)
      unstable = count(.unstable)
      unknown = count(.unknown)
    }
  }

  /// Hosts by what counts in the end, waivers included.
  package struct Outcomes: Encodable, Sendable {
    var compliant: Int
    var waived: Int
    var nonCompliant: Int
    var unknown: Int
  }

  package var schema = "sevfleet.compliance/1"
  package var at: Instant
  package var compliant: Bool
  package var summary: Summary
  package var outcomes: Outcomes
  /// Hosts that are late by `comply_within`.
  package var overdue: Int
  package var hosts: [ComplianceHostDocument]
  package var waivers: [ComplianceWaiverDocument]
  package var advisories: [ComplianceAdvisory]
  /// `null`: the past was not asked for.
  package var timeToCompliance: [TimeToComplianceDocument]?
  package var days: [ComplianceDay]?
  /// `null`: servers were not asked for.
  package var servers: [ServerAttestationDocument]?
  /// Servers that a restart would let attest higher, by project.
  package var restarts: [RestartList]?
  /// Source key → citation.
  package var sources: [String: String]

  package init(_ report: ComplianceReport) {
    at = report.at
    compliant = report.isCompliant
    summary = Summary { state in report.rows.count { $0.state == state } }
    func count(_ outcome: ComplianceRow.Outcome) -> Int { report.rows.count { $0.outcome == outcome } }
    outcomes = Outcomes(
      compliant: count(.compliant), waived: count(.waived), nonCompliant: count(.nonCompliant),
      unknown: count(.unknown))
    overdue = report.rows.count(where: \.isOverdue)
    hosts = report.rows.map(ComplianceHostDocument.init)
    waivers = report.waivers.map(ComplianceWaiverDocument.init)
    advisories = report.advisories.map { advisory in
      ComplianceAdvisory(advisory, hosts: report.rows.filter { $0.advisories.contains(advisory.id) }.map(\.host))
    }
    timeToCompliance = report.past?.bulletins.map(TimeToComplianceDocument.init)
    days = report.past?.days.map(ComplianceDay.init)
    servers = report.servers?.map(ServerAttestationDocument.init)
    restarts = report.servers.map(RestartList.lists)
    sources = report.sources
  }
}

/// Something to know of some hosts, which nothing can be measured against.
package struct ComplianceAdvisory: Encodable, Sendable {
  var id: String
  var text: String
  var grade: FactGrade
  var sources: [String]
  var hosts: [HostID]

  init(_ advisory: Facts.Advisory, hosts: [HostID]) {
    id = advisory.id
    text = advisory.text
    grade = advisory.fact.grade
    sources = advisory.fact.sources
    self.hosts = hosts
  }
}

/// One waiver of `compliance.yaml`.
package struct ComplianceWaiverDocument: Encodable, Sendable {
  var state: WaiverStatus.State
  /// A bulletin, or the kind of a finding.
  var subject: String
  var owner: String
  var reason: String
  var expires: CivilDate
  /// File and line.
  var declaredAt: String
  var hosts: [HostID]
  /// Those on which there is something to cover.
  var open: [HostID]

  init(_ status: WaiverStatus) {
    state = status.state
    subject = status.waiver.subject.text
    owner = status.waiver.owner
    reason = status.waiver.reason
    expires = status.waiver.expires
    declaredAt = status.waiver.declaredAt.description
    hosts = status.waiver.hosts.sorted { $0.rawValue < $1.rawValue }
    open = status.open
  }
}
