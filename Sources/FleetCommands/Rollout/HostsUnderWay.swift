package import FleetCore
import FleetFormats

/// What the hosts of a rollout are at, by its journal alone: what a step waits for is only known to who drives it.
package struct HostsUnderWay: Sendable {
  private struct Work {
    var word: String
    var since: Instant
  }

  private var works: [HostID: Work] = [:]

  package init() {}

  /// Takes the next entry of the rollout's journal.
  package mutating func note(_ entry: JournalEntry) {
    guard let host = entry.host, case .run(let event) = entry.event else { return }
    switch event {
    case .stepStarted(let step, _), .stepResumed(let step): begin(host, step.rawValue, entry.at)
    case .returnStarted, .returnResumed: begin(host, "giving back", entry.at)
    case .restoreStarted, .restoreResumed: begin(host, "putting the file back", entry.at)
    case .stepSucceeded, .stepFailed, .restoreEnded, .skipped, .quarantined, .released: works[host] = nil
    case .effectIntended, .effectObserved, .drainReentered, .undone, .undoFailed, .recorded: break
    }
  }

  private mutating func begin(_ host: HostID, _ word: String, _ at: Instant) {
    // What is taken up again goes on.
    if works[host]?.word != word { works[host] = Work(word: word, since: at) }
  }

  /// Hosts with what they are at and for how long, for one line; `nil`: none is under work.
  package func text(at now: Instant) -> String? {
    let words = works.sorted { $0.key < $1.key }.map { host, work in
      "\(host) \(work.word) \(DurationText.people(max(.zero, now - work.since)))"
    }
    return words.isEmpty ? nil : words.joined(separator: " | ")
  }
}
