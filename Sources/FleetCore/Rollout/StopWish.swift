/// What somebody asks of a rollout under way: to stop at the next step boundary, for now or for good.
package struct StopWish: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// No new host starts, running hosts go on to their next step boundary; taken up again by the same command.
    case pause
    /// The same, and only a person who names the rollout takes it up again.
    case halt
    /// The same, and nothing is journalled: the controller goes and takes it up again when it is back.
    case leave
  }

  package var kind: Kind
  /// Who asks, as the journal shall name them.
  package var by: String
  package var reason: String?
  /// Whether hosts under work are given back unchanged, as long as nothing was activated on them; those on which something
  /// was are brought to their end. Else both stay out of service until the rollout is taken up again (decision 0019).
  package var givesBack: Bool

  package init(_ kind: Kind, by: String, reason: String? = nil, givesBack: Bool = false) {
    self.kind = kind
    self.by = by
    self.reason = reason
    self.givesBack = givesBack
  }

  /// What the journal says as the reason: `halted by alice: the new image is bad`.
  package var sentence: String {
    let verb =
      switch kind {
      case .pause: "paused"
      case .halt: "halted"
      case .leave: "left"
      }
    return "\(verb) by \(by)" + (reason.map { ": \($0)" } ?? "")
  }

  /// The event that makes it true; `nil`: nothing is to be told.
  package var event: JournalEvent? {
    switch kind {
    case .pause: .rolloutPaused(reason: sentence)
    case .halt: .rolloutHalted(reason: sentence)
    case .leave: nil
    }
  }

  /// The same for the audit log; `nil`: nothing is to be told.
  package func action(_ rollout: String) -> Action? {
    switch kind {
    case .pause: Action(by: by, .pauseRollout, rollout, why: reason)
    case .halt: Action(by: by, .haltRollout, rollout, why: reason)
    case .leave: nil
    }
  }

  private var weight: Int {
    switch kind {
    case .leave: 0
    case .pause: 1
    case .halt: 2
    }
  }

  /// Of two wishes the one that stops for longer; of equal ones the first, since its author was told so. Hosts are given
  /// back if one of them wants it.
  package func joined(_ later: StopWish) -> StopWish {
    var joined = later.weight > weight ? later : self
    joined.givesBack = givesBack || later.givesBack
    return joined
  }
}
