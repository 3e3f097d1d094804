import FleetCore
import FleetLab
import FleetStore
import Foundation
import Testing

/// `sevfleet audit`, run as a user runs it, against the journal of a real run.
@Suite(.serialized) struct AuditCommandTests {
  private struct Verified: Decodable {
    struct Fault: Decodable {
      var kind: String
      var seq: Int64
      var text: String
    }

    var schema: String
    var entries: Int64
    var head: String
    var fault: Fault?
  }

  private struct Listed: Decodable {
    struct Row: Decodable {
      var seq: Int64
      var by: String?
      var what: String
      var subject: String
      var why: String?
      var rollout: String?
      var host: String?
    }

    var schema: String
    var actions: [Row]
  }

  private static func verify(_ scenario: Scenario, _ more: String...) async throws -> (status: Int32, Verified) {
    let ended = try await scenario.sevfleet(["audit", "verify", "--json"] + more)
    return (ended.status, try JSONDecoder().decode(Verified.self, from: Data(ended.stdout.utf8)))
  }

  private static func list(_ scenario: Scenario, _ more: String...) async throws -> [Listed.Row] {
    let ended = try await scenario.sevfleet(["audit", "list", "--json"] + more)
    #expect(ended.status == 0, "\(ended.stderr)")
    let listed = try JSONDecoder().decode(Listed.self, from: Data(ended.stdout.utf8))
    #expect(listed.schema == "sevfleet.actions/1")
    return listed.actions
  }

  private static func tamper(_ scenario: Scenario, _ sql: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, "\(scenario.folder)/state/\(FleetStore.databaseName)", sql]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  private static let script = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1])
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='journal'").fetchall():
      db.execute("DROP TRIGGER " + name)
    db.executescript(sys.argv[2])
    """

  @Test func everyActionIsListedAndEveryChangeFound() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], policy: "waves: [100%]\n") { scenario in
      let person = ["SUDO_USER": "ada"]
      let applied = try await scenario.sevfleet(["apply", "h1", "--yes", "--json"], environment: person)
      #expect(applied.status == 0, "\(applied.stderr)")
      let rollout = try #require(try RolloutSeen.read(applied).id)
      let rows = try await Self.list(scenario, "--rollout", rollout)
      #expect(rows.first?.what == "startRollout" && rows.last?.what == "finishRollout")
      let onHost = try await Self.list(scenario, "--host", "h1")
      #expect(onHost.contains { $0.what == "actOnHost" && $0.subject.contains("stageFile") })
      #expect(onHost.allSatisfy { $0.by == rows.first?.by && $0.rollout == rollout }, "done for whoever began it")
      #expect(try await Self.list(scenario, "--host", "h2").isEmpty)
      let mine = try await Self.list(scenario, "--by", rows.first?.by ?? "")
      #expect(mine.contains { $0.what == "keepPlan" && $0.subject.hasPrefix("plan-") })
      #expect(try await Self.list(scenario, "--since", "2999-01-01T00:00:00Z").isEmpty)
      let text = try await scenario.sevfleet("audit", "list", "--rollout", rollout)
      #expect(text.stdout.contains("started rollout \(rollout)"), "\(text.stdout)")

      let clean = try await Self.verify(scenario)
      #expect(clean.status == 0 && clean.1.fault == nil && clean.1.schema == "sevfleet.audit/1")
      let head = clean.1.head
      #expect(try await Self.verify(scenario, "--head", head).status == 0)
      let strange = try await Self.verify(scenario, "--head", String(repeating: "a", count: 64))
      #expect(strange.status == 1 && strange.1.fault?.kind == "end")
      #expect(try await scenario.sevfleet("audit", "verify", "--head", "abc").status == 64)

      // Whoever cuts the end and sets the count back is found by the head that the clean check kept.
      let last = clean.1.entries
      try Self.tamper(
        scenario,
        "DELETE FROM journal WHERE seq = \(last); UPDATE sqlite_sequence SET seq = \(last - 1) WHERE name = 'journal'")
      let cut = try await Self.verify(scenario)
      #expect(cut.status == 1 && cut.1.fault?.kind == "end" && cut.1.fault?.seq == last, "\(cut)")
      try Self.tamper(scenario, "UPDATE journal SET body = replace(body, 'ada', 'eve'), at = at + 1 WHERE seq = 2")
      let edited = try await Self.verify(scenario)
      #expect(edited.status == 1 && edited.1.fault?.kind == "edit" && edited.1.fault?.seq == 2, "\(edited)")
      let told = try await scenario.sevfleet("audit", "verify")
      #expect(told.status == 1 && told.stdout.hasPrefix("journal entry 2"), "\(told.stdout)")
      try Self.tamper(scenario, "DELETE FROM journal WHERE seq = 1")
      #expect(try await Self.verify(scenario).1.fault?.kind == "cut")
    }
  }

  @Test func whereNoJournalIsNoneIsFoundRight() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      for words in [["audit", "verify", "--json"], ["audit", "list", "--json"]] {
        let ended = try await scenario.sevfleet(words)
        #expect(ended.status == 1 && ended.stdout.contains("\"missing\""), "\(words): \(ended.stdout)")
      }
    }
  }

  @Test func aPersonWhoStopsOrAddsIsNamed() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], policy: "waves: [100%]\n") { scenario in
      try await scenario.world.lab.set(.slow(milliseconds: 200), on: "h1")
      let running = Task { try await scenario.sevfleet("apply", "h1", "--yes", "--json") }
      while await scenario.service("h1")?.isEnabled == true { try await Task.sleep(for: .milliseconds(50)) }
      let listed = try await Self.list(scenario)
      let rollout = try #require(listed.last { $0.what == "startRollout" }?.rollout)
      let paused = try await scenario.sevfleet("rollout", "pause", rollout, "--reason", "lunch")
      #expect(paused.status == 0, "\(paused.stderr)")
      _ = try await running.value
      try await scenario.world.lab.clear(.slow, on: "h1")
      let resumed = try await scenario.sevfleet("rollout", "resume", rollout, "--yes")
      #expect(resumed.status == 0, "\(resumed.stderr)")
      let rows = try await Self.list(scenario, "--rollout", rollout)
      let person = try #require(rows.first?.by)
      #expect(rows.contains { $0.what == "pauseRollout" && $0.by == person && $0.why == "lunch" })
      #expect(rows.contains { $0.what == "resumeRollout" && $0.by == person })
      #expect(try await Self.verify(scenario).status == 0)
    }
  }
}
