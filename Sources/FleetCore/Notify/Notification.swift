/// One piece of news for one receiver.
package struct Notification: Hashable, Sendable {
  package var notifyClass: NotifyClass
  package var entry: JournalEntry
  /// One sentence for people, with the host that it is about.
  package var text: String
  /// Where a person looks next; `nil`: nobody said where the pages are.
  package var link: String?

  /// - Parameters:
  ///   - failure: why a quarantined host was quarantined, as far as the journal tells.
  ///   - linkBase: where the pages are, without a slash at the end.
  package init(_ notifyClass: NotifyClass, _ entry: JournalEntry, failure: Failure? = nil, linkBase: String? = nil) {
    self.notifyClass = notifyClass
    self.entry = entry
    var text = entry.event.sentence
    if let failure { text += " (\(failure.kind.rawValue): \(failure.text))" }
    switch (entry.host, entry.rollout) {
    case (let host?, _): self.text = "\(host): \(text)"
    case (nil, let rollout?): self.text = "\(rollout): \(text)"
    case (nil, nil): self.text = text
    }
    link = linkBase.map { base in
      if let rollout = entry.rollout { return "\(base)/rollouts/\(rollout)" }
      return entry.host.map { "\(base)/hosts/\($0)" } ?? base
    }
  }
}
