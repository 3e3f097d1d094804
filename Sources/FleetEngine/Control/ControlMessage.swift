package import FleetCore
package import FleetStore

/// One line to the holder of the lock.
package struct ControlRequest: Hashable, Sendable, Codable {
  package enum Verb: String, Hashable, Sendable, Codable, CaseIterable {
    case status, pause, halt
    /// What only `serve` does for others.
    case approve, run, resume, release, adopt

    /// Whether asking twice does what asking once does; whoever gets no answer may then ask again.
    var mayBeRepeated: Bool {
      switch self {
      case .status, .pause, .halt, .run, .resume: true
      case .approve, .release, .adopt: false
      }
    }
  }

  package var verb: Verb
  /// Whole id. For `run` the new rollout's own: the same request twice begins one rollout.
  package var rollout: String?
  /// Who asks. As trustworthy as the socket: only the holder's own user and root can send it.
  package var by: String
  package var reason: String?
  /// `run`: the id of a stored plan.
  package var plan: String?
  /// `release` and `adopt`: the host.
  package var host: HostID?
  /// `run` and `approve`: how many servers may be shut down (RULES D2).
  package var restarts: Int?
  /// `run`: why an emergency is not to wait for other people; `nil`: it is.
  package var breakGlass: String?

  package init(
    _ verb: Verb, rollout: String? = nil, by: String, reason: String? = nil, plan: String? = nil, host: HostID? = nil,
    restarts: Int? = nil, breakGlass: String? = nil
  ) {
    self.verb = verb
    self.rollout = rollout
    self.by = by
    self.reason = reason
    self.plan = plan
    self.host = host
    self.restarts = restarts
    self.breakGlass = breakGlass
  }
}

/// The holder's one line back.
package struct ControlAnswer: Hashable, Sendable, Codable {
  package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is so now.
    case done
    /// It will be so; the journal tells when.
    case accepted
    /// It will not.
    case refused
  }

  package var outcome: Outcome
  /// Stable name of a refusal's cause.
  package var kind: String?
  package var text: String
  package var expected: String?
  package var found: String?
  package var holder: LockHolder?
  /// Rollouts that the holder works on or will, without anybody asking again.
  package var rollouts: [String]
  /// `adopt`: the lease that was taken over.
  package var lease: HostLease?

  package init(
    _ outcome: Outcome, _ text: String, kind: String? = nil, expected: String? = nil, found: String? = nil,
    holder: LockHolder? = nil, rollouts: [String] = [], lease: HostLease? = nil
  ) {
    self.outcome = outcome
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
    self.holder = holder
    self.rollouts = rollouts
    self.lease = lease
  }
}

/// Why the holder of the lock could not be spoken with.
package struct ControlError: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Nobody listens: the holder is a command without a socket, is just starting, or has just ended.
    case notListening
    /// Somebody listens and does not answer in time.
    case silent
    /// The answer is none.
    case unreadable
    /// A request or a name too long to be sent.
    case tooLong
    /// The folder or the socket is not ours to use.
    case notOurs
    case system
  }

  package var kind: Kind
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

/// Every bound of the control socket, with its reason.
package enum ControlBounds {
  /// A request: names and a reason that a person typed.
  static let request = 16 * 1024
  /// An answer: the ids of what is under way.
  static let answer = 64 * 1024
  /// Clients at once; each is a command that somebody typed. More are turned away and may come again.
  static let clients = 16
  /// For a client to send its line, and to take the answer: both fit into a socket's buffer at once.
  static let patience = Duration.seconds(5)
  /// For the holder to answer: it looks at values in memory and at most writes one line of the journal.
  package static let answerTime = Duration.seconds(10)
  /// For `serve` to give a host back or to take one over: it asks the host and Nova, which may take their time, and
  /// answers when that is done.
  package static let hostTime = Duration.seconds(180)
  /// Between two tries to reach a holder that does not listen yet.
  static let knock = Duration.milliseconds(100)
}
