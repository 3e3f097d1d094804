/// The finding that keeps why an emergency did not wait for the people whom policy wants (decision 0020).
package enum BrokenGlass {
  package static let kind = "breakGlass"

  package static func finding(by person: String, reason: String) -> JournalEvent {
    .finding(kind: kind, text: "begun by \(person) without anybody else's approval: \(reason)")
  }

  /// For the audit log: somebody broke the glass of a rollout that had been begun already, so nobody was passed over.
  package static func needless(by person: String, _ rollout: String, reason: String) -> Action {
    Action(by: person, .breakGlass, rollout, why: "\(reason) (it was begun already, so nobody was passed over)")
  }
}
