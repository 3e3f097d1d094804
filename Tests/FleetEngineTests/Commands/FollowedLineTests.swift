import FleetCommands
import FleetCore
import FleetEngine
import Synchronization
import Testing

@Suite("The line of a rollout that another process drives") struct FollowedLineTests {
  private static func time(_ seconds: Int) -> Instant { StubRollout.time(seconds) }

  private static func entry(_ seconds: Int, _ event: HostRun.Event, _ host: String = "h1") -> JournalEntry {
    JournalEntry(
      seq: Int64(seconds) + 1, at: time(seconds), rollout: "r1", host: HostID(host), event: .run(event))
  }

  private static let failure = Failure(.stageFailed, "no room")

  private struct Row: Sendable {
    var events: [(Int, HostRun.Event)]
    /// What is shown at second 100; `nil`: nothing.
    var text: String?
  }

  private static let rows: [Row] = [
    Row(events: [], text: nil),
    Row(events: [(40, .stepStarted(step: .drain, attempt: 1))], text: "h1 drain 1m"),
    Row(
      events: [(40, .stepStarted(step: .drain, attempt: 1)), (70, .stepResumed(step: .drain))], text: "h1 drain 1m"),
    Row(
      events: [
        (40, .stepStarted(step: .drain, attempt: 1)),
        (50, .effectIntended(effect: EffectID(.moveLive, "s"), token: "")),
      ], text: "h1 drain 1m"),
    Row(
      events: [
        (40, .stepStarted(step: .drain, attempt: 1)), (50, .stepSucceeded(step: .drain, completion: .performed)),
      ],
      text: nil),
    Row(
      events: [(40, .stepStarted(step: .stage, attempt: 1)), (50, .stepFailed(step: .stage, failure: failure))],
      text: nil),
    Row(
      events: [
        (40, .stepStarted(step: .stage, attempt: 1)), (50, .stepFailed(step: .stage, failure: failure)),
        (60, .stepStarted(step: .stage, attempt: 2)),
      ], text: "h1 stage 40s"),
    Row(events: [(90, .returnStarted)], text: "h1 giving back 10s"),
    Row(events: [(90, .returnStarted), (95, .returnResumed)], text: "h1 giving back 10s"),
    Row(events: [(90, .returnStarted), (95, .skipped)], text: nil),
    Row(events: [(90, .restoreStarted)], text: "h1 putting the file back 10s"),
    Row(events: [(90, .restoreStarted), (95, .restoreEnded(restored: true, text: ""))], text: nil),
    Row(events: [(90, .stepStarted(step: .verify, attempt: 1)), (95, .quarantined)], text: nil),
    Row(events: [(120, .stepStarted(step: .verify, attempt: 1))], text: "h1 verify 0s"),
  ]

  @Test("what a host is at is folded from the journal") func folded() {
    for row in Self.rows {
      var underWay = HostsUnderWay()
      for (seconds, event) in row.events { underWay.note(Self.entry(seconds, event)) }
      #expect(underWay.text(at: Self.time(100)) == row.text, "\(row.events)")
    }
  }

  @Test("several hosts are told in order, and the rollout's own entries change nothing") func several() {
    var underWay = HostsUnderWay()
    underWay.note(Self.entry(90, .stepStarted(step: .drain, attempt: 1), "h2"))
    underWay.note(Self.entry(95, .stepStarted(step: .backup, attempt: 1), "h1"))
    underWay.note(
      JournalEntry(seq: 97, at: Self.time(96), rollout: "r1", host: nil, event: .rolloutPaused(reason: "")))
    #expect(underWay.text(at: Self.time(100)) == "h1 backup 5s | h2 drain 10s")
  }

  @Test("on a terminal the forecast comes before what is under way; elsewhere there is no such line")
  func forecast() {
    for isLive in [true, false] {
      for sentence in ["about 40 min left", nil] {
        let written = Written()
        let line = ProgressLine(
          verbose: false, forecast: { _ in sentence }, isLive: isLive, write: { written.add($0) })
        line.show(ProgressEvent(host: nil, at: Self.time(0), what: .holding("h1 drain 10s")))
        let text = sentence.map { "\($0) | h1 drain 10s" } ?? "h1 drain 10s"
        line.erase()
        #expect(written.all == (isLive ? ["\r\u{1B}[K\(text)", "\r\u{1B}[K"] : []))
      }
    }
  }

  private final class Written: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }
    func add(_ text: String) { kept.withLock { $0.append(text) } }
  }
}
