import FleetCore
import FleetEngine
import FleetLab
import FleetStore
import Foundation
import Testing

/// Rollouts that other processes stop, with real processes and the real socket.
@Suite(.serialized) struct ControlTests {
  private struct Rollouts: Decodable {
    struct Row: Decodable {
      var id: String
      var state: String
    }

    var rollouts: [Row]

    static func list(_ scenario: Scenario) async throws -> [Row] {
      let ended = try await scenario.sevfleet("rollout", "list", "--json")
      return try JSONDecoder().decode(Rollouts.self, from: Data(ended.stdout.utf8)).rollouts
    }
  }

  private struct Document: Decodable {
    var state: String
    var reason: String?

    static func read(_ ended: Program.Ended) throws -> Document {
      try JSONDecoder().decode(Document.self, from: Data(ended.stdout.utf8))
    }
  }

  /// Starts a rollout over two hosts and calls `body` once the first is out of service.
  private static func running(
    _ body: @Sendable @escaping (Scenario, String, pid_t) async throws -> Void,
    then: (Scenario, Program.Ended) async throws -> Void
  ) async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      try await scenario.world.lab.set(.slow(milliseconds: 100), on: "h1")
      let ended = try await Program.run(
        ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
          + ["apply", "--yes", "--json"], environment: scenario.environment
      ) { process in
        while await scenario.service("h1")?.isEnabled != false { try await Task.sleep(for: .milliseconds(20)) }
        let rollout = try #require(try await Rollouts.list(scenario).first)
        #expect(rollout.state == "running", "its controller is asked, and works on it")
        try await body(scenario, rollout.id, process)
      }
      try await scenario.world.lab.clear(.slow, on: "h1")
      try await then(scenario, ended)
    }
  }

  @Test func anotherProcessPausesIt() async throws {
    try await Self.running { scenario, id, _ in
      let paused = try await scenario.sevfleet("rollout", "pause", id, "--reason", "lunch", "--json")
      #expect(paused.status == 0, "\(paused.stderr)")
      let document = try Document.read(paused)
      #expect(document.state == "paused")
      #expect(document.reason?.hasSuffix(": lunch") == true, "\(paused.stdout)")
    } then: { scenario, ended in
      #expect(ended.status == 130, "\(ended.stderr)")
      #expect(try RolloutSeen.read(ended).state == "paused")
      #expect(try await scenario.truth("h2").running == LabVersion(1, 55, 31), "no new host starts")
      let resumed = try await scenario.sevfleet("rollout", "resume", "--json")
      #expect(resumed.status == 0, "\(resumed.stderr)")
      #expect(try RolloutSeen.read(resumed).hosts.map(\.outcome) == ["converged", "converged"])
      let late = try await scenario.sevfleet("rollout", "pause", try #require(try RolloutSeen.read(resumed).id))
      #expect(late.status == 64, "what is finished cannot be paused")
    }
  }

  @Test func aHaltNeedsANameToGoOn() async throws {
    try await Self.running { scenario, id, _ in
      let halted = try await scenario.sevfleet("rollout", "halt", id, "--reason", "bad image", "--json")
      #expect(halted.status == 0, "\(halted.stderr)")
      #expect(try Document.read(halted).state == "halted")
    } then: { scenario, ended in
      #expect(ended.status == 5, "\(ended.stderr)")
      let id = try #require(try RolloutSeen.read(ended).id)
      let unnamed = try await scenario.sevfleet("rollout", "resume", "--json")
      #expect(unnamed.status == 64, "\(unnamed.stderr)")
      #expect(try await scenario.truth("h2").running == LabVersion(1, 55, 31))
      let again = try await scenario.sevfleet("rollout", "pause", id)
      #expect(again.status == 0 && again.stdout.contains("halted"), "\(again.stdout)")
      let named = try await scenario.sevfleet("rollout", "resume", id, "--json")
      #expect(named.status == 0, "\(named.stderr)")
      #expect(try RolloutSeen.read(named).hosts.map(\.outcome) == ["converged", "converged"])
    }
  }

  @Test func aKilledOneDoesNotRun() async throws {
    try await Self.running { _, _, process in
      kill(process, SIGKILL)
    } then: { scenario, ended in
      #expect(ended.wasKilled)
      let row = try #require(try await Rollouts.list(scenario).first)
      #expect(row.state == "paused")
      let shown = try Document.read(try await scenario.sevfleet("rollout", "show", row.id, "--json"))
      #expect(shown.state == "paused")
      #expect(shown.reason == "its controller is gone")
      let halted = try await scenario.sevfleet("rollout", "halt", row.id, "--json")
      #expect(halted.status == 0, "\(halted.stderr)")
      #expect(halted.stderr.contains("was not running"), "\(halted.stderr)")
      #expect(try Document.read(halted).state == "halted")
    }
  }

  /// A holder that hangs is taken over; when it wakes up, the journal refuses it.
  @Test func aHungHolderIsTakenOverAndActsNoMore() async throws {
    try await Self.running { scenario, id, process in
      let refused = try await scenario.sevfleet("rollout", "resume", id, "--takeover", "--json")
      #expect(refused.status == 75 && refused.stdout.contains("holderAnswers"), "\(refused.stdout)")
      kill(process, SIGSTOP)
      defer { kill(process, SIGCONT) }
      let taken = try await scenario.sevfleet("rollout", "resume", id, "--takeover", "--json")
      #expect(taken.status == 0, "\(taken.stderr)")
      #expect(try RolloutSeen.read(taken).hosts.map(\.outcome) == ["converged", "converged"])
    } then: { scenario, ended in
      #expect(ended.status == 75, "\(ended.stdout) \(ended.stderr)")
      #expect(ended.stdout.contains("\"fenced\""), "\(ended.stdout)")
      let row = try #require(try await Rollouts.list(scenario).first)
      #expect(row.state == "finished", "the old one added nothing")
    }
  }

  /// A stopped process holds its lock and its socket, and answers nothing.
  @Test func aHungHolderIsNamed() async throws {
    try await Self.running { scenario, id, process in
      kill(process, SIGSTOP)
      defer { kill(process, SIGCONT) }
      let asked = try await scenario.sevfleet("rollout", "pause", id, "--json")
      #expect(asked.status == 75, "\(asked.stdout) \(asked.stderr)")
      #expect(asked.stdout.contains("holderSilent") && asked.stdout.contains("process \(process)"), "\(asked.stdout)")
      let listed = try await Rollouts.list(scenario)
      #expect(listed.first?.state == "running", "nothing is known to the contrary")
    } then: { _, ended in
      // What was asked lay in its socket: it is heard late, and nobody waits for the answer.
      #expect(ended.status == 130 || ended.status == 0, "\(ended.stderr)")
    }
  }
}
