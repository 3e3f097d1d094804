/// Somebody wants a rollout to begin no new host; the hosts under work reach their next step boundary.
package struct StopWish: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// To be taken up again as it is.
    case pause
    /// To be taken up again only by somebody who says so.
    case halt
  }

  package var kind: Kind
  /// Who asked.
  package var by: String
  package var reason: String?

  package init(_ kind: Kind, by: String, reason: String? = nil) {
    self.kind = kind
    self.by = by
    self.reason = reason
  }

  /// How the rollout ends here because of it.
  package var event: JournalEvent {
    let text = "asked to stop by \(by)" + (reason.map { ": \($0)" } ?? "")
    return switch kind {
    case .pause: .rolloutPaused(reason: text)
    case .halt: .rolloutHalted(reason: text)
    }
  }
}
