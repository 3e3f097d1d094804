package import FleetCore
package import FleetEngine
import FleetFormats
import Glibc
import Synchronization

/// Live progress on standard error: on a terminal one line per waiting host is redrawn, otherwise plain lines.
package final class ProgressLine: Sendable {
  private struct State {
    var waiting: [HostID: (step: Step, text: String, since: Instant)] = [:]
    var lastDrawn = 0
  }

  private let state = Mutex(State())
  private let live: Bool
  private let write: @Sendable (String) -> Void
  private let verbose: Bool
  private let forecast: @Sendable (Instant) -> String?

  /// `forecast`: what is known of the end, asked for on a terminal only.
  /// `isLive` and `write`: whether and how standard error is drawn on.
  package init(
    verbose: Bool, forecast: @escaping @Sendable (Instant) -> String? = { _ in nil }, isLive: Bool = isatty(2) == 1,
    write: @escaping @Sendable (String) -> Void = { Output.write($0, to: 2) }
  ) {
    live = isLive
    self.verbose = verbose
    self.forecast = forecast
    self.write = write
  }

  package func show(_ event: ProgressEvent) {
    switch event.what {
    case .journal(let journal): entry(event.host, event.at, journal)
    case .waiting(let step, let text): wait(event.host, event.at, step, text)
    case .holding(let text): hold(text, event.at)
    }
  }

  private func entry(_ host: HostID?, _ at: Instant, _ event: JournalEvent) {
    if let host { state.withLock { $0.waiting[host] = nil } }
    guard verbose || Self.isWorthALine(event) else { return }
    erase()
    let clock = at.rfc3339.dropFirst(11).prefix(8)
    write("\(clock) \(host.map { "\($0): " } ?? "")\(event.sentence)\n")
  }

  private func wait(_ host: HostID?, _ at: Instant, _ step: Step, _ text: String) {
    guard let host else { return }
    let line = state.withLock { state -> String? in
      let old = state.waiting[host]
      let since = old?.step == step ? old?.since ?? at : at
      let isNew = old?.text != text
      state.waiting[host] = (step, text, since)
      if !live { return isNew && verbose ? "\(host): \(step.rawValue): \(text)" : nil }
      return state.waiting.sorted { $0.key < $1.key }.map { host, wait in
        "\(host) \(wait.step.rawValue) \(DurationText.people(at - wait.since)) \(wait.text)"
      }.joined(separator: " | ")
    }
    guard let line else { return }
    if live { draw(line, at) } else { write("\(line)\n") }
  }

  /// The forecast comes first: the hosts' part may be cut.
  private func draw(_ line: String, _ at: Instant) {
    let left = forecast(at).map { "\($0) | " } ?? ""
    write("\r\u{1B}[K\("\(left)\(line)".prefix(160))")
  }

  /// What the rollout as a whole waits for: on a terminal only, since the journal has its beginning and its end.
  private func hold(_ text: String, _ at: Instant) { if live { draw(text, at) } }

  /// Takes the drawn line away, before somebody else writes or nothing follows.
  package func erase() { if live { write("\r\u{1B}[K") } }

  /// Plain lines tell steps, moves and ends; every effect stands in the journal.
  static func isWorthALine(_ event: JournalEvent) -> Bool {
    switch event {
    case .rolloutStarted, .rolloutPaused, .rolloutResumed, .rolloutHalted, .rolloutFinished, .finding, .waveStarted,
      .soakStarted, .waveJudged, .combinationPaused, .rolloutApproved, .rolloutLeft, .rolloutScheduled:
      true
    case .hostDispatched, .sevESLossAccepted, .observed, .backupMade, .audited: false
    case .run(let event):
      switch event {
      case .stepSucceeded, .stepFailed, .drainReentered, .undone, .undoFailed, .restoreEnded, .skipped, .quarantined,
        .released, .stepResumed:
        true
      case .effectObserved(let effect, _):
        [.moveLive, .moveCold, .stopServer, .moveHome, .reload, .reset].contains(effect.kind)
      case .stepStarted, .effectIntended, .returnStarted, .returnResumed, .restoreStarted, .restoreResumed, .recorded:
        false
      }
    }
  }
}
