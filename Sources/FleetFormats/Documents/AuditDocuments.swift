package import FleetCore

/// `sevfleet.audit/1`: what a check of the journal's hash chain found.
package struct AuditDocument: Encodable, Sendable {
  package struct Fault: Encodable, Sendable {
    var kind: JournalFault.Kind
    var seq: Int64
    var host: HostID?
    var text: String
  }

  package var schema = "sevfleet.audit/1"
  /// Entries that were checked, up to the fault.
  package var entries: Int64
  /// Seal of the last one of them.
  package var head: String
  package var fault: Fault?

  package init(entries: Int64, head: String, fault: JournalFault?) {
    self.entries = entries
    self.head = head
    self.fault = fault.map { Fault(kind: $0.kind, seq: $0.seq, host: $0.host, text: $0.text) }
  }
}

/// `sevfleet.actions/1`: who did what, to what, why and when.
package struct ActionsDocument: Encodable, Sendable {
  package struct Row: Encodable, Sendable {
    var seq: Int64
    var at: Instant
    var by: String?
    var what: Action.Kind
    var subject: String
    var why: String?
    var rollout: String?
    var host: HostID?
    var text: String

    package init(_ row: AuditRow) {
      seq = row.seq
      at = row.at
      by = row.by
      what = row.what
      subject = row.subject
      why = row.why
      rollout = row.rollout
      host = row.host
      text = row.sentence
    }
  }

  package var schema = "sevfleet.actions/1"
  package var actions: [Row]
  /// Older ones that would also have fitted and are left out.
  package var leftOut: Int

  package init(_ rows: [AuditRow], leftOut: Int) {
    actions = rows.map { Row($0) }
    self.leftOut = leftOut
  }
}
