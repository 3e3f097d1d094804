/// An emergency that waits for people (decision 0020).
extension RolloutBooking {
  /// How long a question stays open. What nobody agreed to for a day is no emergency any more, its plan is as old as
  /// that, and whoever asked should know that nobody will come.
  package static let answerTime = Duration.seconds(86_400)

  /// When a question that nobody answers is closed; `nil`: nobody was asked, or everybody has agreed.
  package var lapsesAt: Instant? {
    guard question != nil, missing > 0, !hasStarted, let askedAt else { return nil }
    return askedAt + Self.answerTime
  }

  /// Why the question is not open any more; `nil`: it is, or there is none.
  package func lapse(at now: Instant) -> String? {
    guard let lapsesAt, let question, now >= lapsesAt else { return nil }
    let hours = Self.answerTime.wholeSeconds / 3600
    return "\(question.by) asked for it, and not enough others agreed within \(hours) hours"
  }

  /// The stable name of why it does not begin any more: nobody agreed in time, or its schedule does not want it.
  package var closedKind: String { question == nil ? "scheduled" : "lapsed" }

  /// What an emergency waits for, in one sentence; `nil`: it is none, or waits for nobody.
  package var unanswered: String? {
    guard let question, missing > 0, !hasStarted else { return nil }
    return "\(question.by) asked for it; it waits for \(missing) approval\(missing == 1 ? "" : "s") of others"
  }
}
