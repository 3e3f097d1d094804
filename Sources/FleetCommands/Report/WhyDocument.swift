package import FleetCore

/// `sevfleet.why/1`: of a host or of a rollout.
package struct WhyDocument: Encodable {
  /// What happens next, or what a person does to go on.
  package struct Next: Encodable, Hashable {
    package var text: String
    /// The command that goes on; `nil`: it goes on by itself, or nothing is left to do.
    package var command: String?
    /// When it goes on; `nil`: nobody can tell.
    package var at: Instant?

    package init(_ text: String, command: String? = nil, at: Instant? = nil) {
      self.text = text
      self.command = command
      self.at = at
    }

    /// What comes next, with the command that does it.
    package var sentence: String { text + (command.map { ": \($0)" } ?? "") }
  }

  package var schema = "sevfleet.why/1"
  /// `nil`: the answer is about a rollout.
  package var host: HostID?
  package var kind: String
  package var rule: String?
  package var text: String
  package var since: Instant?
  package var plan: String?
  /// The rollout that the answer is about, or comes from.
  package var rollout: String?
  /// Who has it in hand: the process that holds the lock, else the rollout that has work on the host; `nil`: nobody.
  package var holder: String?
  /// `nil`: nothing is left to do.
  package var next: Next?
  /// Who began its emergency without the people whom policy wants, and why; `nil`: nobody did.
  package var breakGlass: String?
  /// What a person does, in order, where SEV did not start when the host was seen last; empty: it did, or nobody knows.
  package var playbook: [Next] = []
  /// Since when the host is later than policy lets it be; `nil`: it is not, or nobody counts.
  package var overdue: String?

  init(
    host: HostID? = nil, kind: String, rule: String?, text: String, since: Instant?, plan: String?,
    rollout: String? = nil, holder: String? = nil, next: Next? = nil, breakGlass: String? = nil
  ) {
    self.host = host
    self.kind = kind
    self.rule = rule
    self.text = text
    self.since = since
    self.plan = plan
    self.rollout = rollout
    self.holder = holder
    self.next = next
    self.breakGlass = breakGlass
  }

  /// What a person reads: the reason first, then who has it in hand and what comes next.
  package var lines: [String] {
    let subject = host?.rawValue ?? rollout ?? ""
    var lines = ["\(subject): \(text)\(rule.map { " (\($0))" } ?? "")"]
    if let breakGlass { lines.append("break-glass: \(breakGlass)") }
    if let overdue { lines.append("overdue: \(overdue)") }
    if let holder { lines.append("held by: \(holder)") }
    if let next { lines.append("next: \(next.sentence)") }
    for (index, step) in playbook.enumerated() { lines.append("  \(index + 1). \(step.sentence)") }
    return lines
  }
}
