package import FleetCore

extension RolloutPage {
  /// One step of one host.
  package struct StepMark: Hashable, Sendable {
    package enum State: String, CaseIterable, Hashable, Sendable {
      case ahead, underWay, performed, alreadyDone, notApplicable, failed, undone
    }

    package var step: Step
    package var state: State
    /// `nil` before it began.
    package var took: Duration?
    /// 0 before it began.
    package var attempts: Int

    package init(step: Step, state: State, took: Duration?, attempts: Int) {
      self.step = step
      self.state = state
      self.took = took
      self.attempts = attempts
    }
  }

  package struct HostRow: Hashable, Sendable {
    package enum Outcome: String, CaseIterable, Hashable, Sendable {
      case converged, skipped, quarantined, underWay, waiting
    }

    package var host: String
    package var domain: String?
    package var expected: String?
    package var desired: String?
    package var outcome: Outcome
    /// Why it stands where it stands, in one sentence.
    package var text: String
    package var steps: [StepMark]

    package init(
      host: String, domain: String?, expected: String?, desired: String?, outcome: Outcome, text: String,
      steps: [StepMark]
    ) {
      self.host = host
      self.domain = domain
      self.expected = expected
      self.desired = desired
      self.outcome = outcome
      self.text = text
      self.steps = steps
    }
  }

  package struct Wave: Hashable, Sendable {
    package var number: Int
    /// What it does or waits for, in a few words.
    package var text: String
    package var isCurrent: Bool
    package var hosts: [HostRow]

    package init(number: Int, text: String, isCurrent: Bool, hosts: [HostRow]) {
      self.number = number
      self.text = text
      self.isCurrent = isCurrent
      self.hosts = hosts
    }
  }

  /// Places of a budget and who holds them.
  package struct Budget: Hashable, Sendable {
    package var name: String
    package var limit: Int
    package var holders: [String]

    package init(name: String, limit: Int, holders: [String]) {
      self.name = name
      self.limit = limit
      self.holders = holders
    }
  }

  /// Something that waits, and for what.
  package struct Wait: Hashable, Sendable {
    package var who: String
    package var what: String
    package var since: Instant?

    package init(who: String, what: String, since: Instant?) {
      self.who = who
      self.what = what
      self.since = since
    }
  }

  package struct Excluded: Hashable, Sendable {
    package var host: String
    package var kind: String
    package var text: String

    package init(host: String, kind: String, text: String) {
      self.host = host
      self.kind = kind
      self.text = text
    }
  }

  package struct Model: Hashable, Sendable {
    package var id: String
    package var plan: String
    package var standing: RolloutStanding
    package var reason: String?
    package var startedBy: String?
    package var startedAt: Instant?
    /// When it will be done, in words; `nil`: nothing is left, or nobody can tell.
    package var forecast: String?
    package var budgets: [Budget]
    package var waits: [Wait]
    package var waves: [Wave]
    package var excluded: [Excluded]
    /// Servers that its plan shuts down: who approves gives the number back.
    package var restarts: Int
    /// What can be done to it now, whoever looks.
    package var actions: Set<PageAbility>
    /// The journal entry that the model stands at: live events follow from here.
    package var seq: Int64

    package init(
      id: String, plan: String, standing: RolloutStanding, reason: String?, startedBy: String?, startedAt: Instant?,
      forecast: String?, budgets: [Budget], waits: [Wait], waves: [Wave], excluded: [Excluded],
      restarts: Int, actions: Set<PageAbility>, seq: Int64
    ) {
      self.id = id
      self.plan = plan
      self.standing = standing
      self.reason = reason
      self.startedBy = startedBy
      self.startedAt = startedAt
      self.forecast = forecast
      self.budgets = budgets
      self.waits = waits
      self.waves = waves
      self.excluded = excluded
      self.restarts = restarts
      self.actions = actions
      self.seq = seq
    }
  }
}

extension RolloutPage.HostRow.Outcome {
  var badge: Badge {
    switch self {
    case .waiting: Badge(.idle, .clock, "waiting")
    case .underWay: Badge(.busy, .work, "under way")
    case .converged: Badge(.good, .check, "converged")
    case .skipped: Badge(.warn, .undo, "skipped")
    case .quarantined: Badge(.bad, .stop, "quarantined")
    }
  }
}

extension RolloutPage.StepMark.State {
  var badge: Badge {
    switch self {
    case .ahead: Badge(.quiet, .dot, "ahead")
    case .underWay: Badge(.busy, .work, "under way")
    case .performed: Badge(.good, .check, "done")
    case .alreadyDone: Badge(.good, .check, "was done already")
    case .notApplicable: Badge(.quiet, .dash, "not needed")
    case .failed: Badge(.bad, .cross, "failed")
    case .undone: Badge(.warn, .undo, "undone")
    }
  }
}
