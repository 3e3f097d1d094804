/// One place at which the journal is not what was written.
package struct JournalFault: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// An entry, or the seal of the one before it, was changed after it was written.
    case edit
    /// Entries are missing before this one.
    case cut
    /// An entry stands at another place than the one it was written at.
    case reorder
    /// Entries are missing at the end.
    case end
    /// The seal holds, and the content cannot be read.
    case unreadable
  }

  package var kind: Kind
  package var seq: Int64
  package var host: HostID?
  package var text: String

  package init(_ kind: Kind, seq: Int64, host: HostID? = nil, _ text: String) {
    self.kind = kind
    self.seq = seq
    self.host = host
    self.text = text
  }
}
