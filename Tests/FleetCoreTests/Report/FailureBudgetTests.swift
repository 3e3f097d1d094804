import FleetCore
import Testing

@Suite("Hosts that count against max_failures, by the journal") struct FailureBudgetTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var counted: [String]
    var events: [(event: JournalEvent, host: String?)]
  }

  private static let lost: (event: JournalEvent, host: String?) = (.run(.quarantined), "h1")
  private static let halted: (event: JournalEvent, host: String?) = (.rolloutHalted(reason: "h1"), nil)
  private static let resumed: (event: JournalEvent, host: String?) = (.rolloutResumed, nil)

  static let rows: [Row] = [
    Row(testDescription: "none", counted: [], events: [(.run(.skipped), "h1")]),
    Row(testDescription: "one", counted: ["h1"], events: [lost]),
    Row(testDescription: "released", counted: [], events: [lost, (.run(.released(reason: "fixed")), "h1")]),
    Row(
      testDescription: "released, halted, resumed", counted: [],
      events: [lost, halted, (.run(.released(reason: "fixed")), "h1"), resumed]),
    Row(testDescription: "tolerated by who resumes a halted rollout", counted: [], events: [lost, halted, resumed]),
    Row(
      testDescription: "a later one counts again", counted: ["h2"],
      events: [lost, halted, resumed, (.run(.quarantined), "h2")]),
    Row(testDescription: "a lost controller tolerates nothing", counted: ["h1"], events: [lost, resumed]),
    Row(
      testDescription: "nor does a second one after the halt was resumed", counted: [],
      events: [lost, halted, resumed, resumed]),
    Row(
      testDescription: "a pause tolerates nothing", counted: ["h1"],
      events: [lost, (.rolloutPaused(reason: "Ctrl-C"), nil), resumed]),
  ]

  @Test("what counts", arguments: rows) func counted(row: Row) {
    let entries = row.events.enumerated().map { index, line in
      JournalEntry(
        seq: Int64(index + 1), at: Instant(milliseconds: 0), rollout: "r", host: line.host.map { HostID($0) },
        event: line.event)
    }
    #expect(FailureBudget(entries).counted == row.counted.map { HostID($0) })
  }
}
