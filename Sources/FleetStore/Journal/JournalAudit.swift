package import FleetCore

/// What a check of the whole journal found.
package struct JournalAudit: Hashable, Sendable {
  /// Entries that were checked, up to the fault.
  package var entries: Int64
  /// The first thing that is wrong; `nil`: the chain holds.
  package var fault: JournalFault?
  /// Hash of the newest entry that was checked: written down elsewhere, it proves later that nothing before it was
  /// changed.
  package var head: String

  package init(entries: Int64, fault: JournalFault?, head: String) {
    self.entries = entries
    self.fault = fault
    self.head = head
  }
}

/// A seal that somebody kept outside of the journal: what was once its end.
package struct JournalHead: Hashable, Sendable {
  /// `nil`: only the hash was kept.
  package var seq: Int64?
  /// 64 hex digits.
  package var chain: String

  package init(seq: Int64? = nil, chain: String) {
    self.seq = seq
    self.chain = chain
  }
}
