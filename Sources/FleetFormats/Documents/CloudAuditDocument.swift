package import FleetCore

/// `sevfleet.cloudaudit/1`.
package struct CloudAuditDocument: Encodable, Sendable {
  /// How many were judged; `null`: they were not read.
  package struct Judged: Encodable, Sendable {
    var flavors: Int?
    var images: Int?
    var aggregates: Int?
    var hosts: Int?
  }

  package struct Subject: Encodable, Sendable {
    var type: CloudFinding.Subject.Sort
    var name: String
    var id: String?
  }

  package struct Finding: Encodable, Sendable {
    var kind: CloudFault.Kind
    var subject: Subject
    var text: String
    /// One shell command each, in order.
    var fix: [String]
    var source: String
    var grade: FactGrade
  }

  package var schema = "sevfleet.cloudaudit/1"
  package var at: Instant
  package var clean: Bool
  package var judged: Judged
  package var findings: [Finding]

  package init(_ audit: CloudAudit, of setUp: CloudSetUp, at: Instant) {
    self.at = at
    clean = audit.isClean
    judged = Judged(
      flavors: setUp.flavors.value?.count, images: setUp.images.value?.count,
      aggregates: setUp.aggregates.value?.count, hosts: setUp.hosts.value?.count)
    findings = audit.findings.map {
      Finding(
        kind: $0.kind, subject: Subject(type: $0.subject.sort, name: $0.subject.name, id: $0.subject.id),
        text: $0.text, fix: $0.fix.map(ShellWord.line), source: $0.source, grade: $0.grade)
    }
  }
}
