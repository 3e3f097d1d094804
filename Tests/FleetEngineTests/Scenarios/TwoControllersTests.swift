import FleetLab
import Foundation
import Testing

/// Two controllers with a state folder each, as on two machines: neither lock nor fence of one is seen by the other.
/// The hosts are outside Nova, so that only the lease on the host keeps the two apart (RULES K).
@Suite struct TwoControllersTests {
  private struct PlanSeen: Decodable {
    struct Excluded: Decodable {
      var kind: String
      var text: String
      var rule: String
    }

    var upToDate: [String]
    var excluded: [Excluded]
  }

  private static func other(_ scenario: Scenario, _ arguments: [String]) async throws -> Program.Ended {
    try await scenario.sevfleet(arguments, environment: ["SEVFLEET_STATE": "\(scenario.folder)/other"])
  }

  private static func plan(_ scenario: Scenario) async throws -> PlanSeen {
    let ended = try await other(scenario, ["plan", "h1", "--json"])
    #expect(ended.status == 0, "\(ended.stderr)")
    return try JSONDecoder().decode(PlanSeen.self, from: Data(ended.stdout.utf8))
  }

  /// The first controller takes its host's lease, is asked to stop, and leaves the host half done.
  private static func pause(_ scenario: Scenario) async throws -> RolloutSeen {
    try await scenario.world.lab.set(.slow(milliseconds: 100), on: "h1")
    let ended = try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["apply", "h1", "--yes", "--json"], environment: scenario.environment
    ) { process in
      while try await !scenario.truth("h1").rootCommands.contains(where: { $0.contains("ln -s") }) {
        try await Task.sleep(for: .milliseconds(20))
      }
      kill(process, SIGINT)
    }
    try await scenario.world.lab.clear(.slow, on: "h1")
    #expect(ended.status == 130, "\(ended.stderr)")
    return try RolloutSeen.read(ended)
  }

  @Test func theSecondWaitsUntilTheFirstIsDone() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let paused = try await Self.pause(scenario)
      #expect(paused.state == "paused")
      #expect(try paused.host("h1").outcome == "pending")
      let excluded = try #require(try await Self.plan(scenario).excluded.first)
      #expect(excluded.kind == "otherMaintenance" && excluded.rule == "K", "\(excluded.text)")
      #expect(
        excluded.text.contains("another controller has work on it (rollout \(paused.id ?? "")"), "\(excluded.text)")
      let files = try await scenario.truth("h1").firmwareFiles
      #expect(try await Self.other(scenario, ["apply", "h1", "--yes", "--json"]).status == 3)
      #expect(try await scenario.truth("h1").firmwareFiles == files)
      let why = try await Self.other(scenario, ["why", "h1"])
      #expect(why.stdout.contains("another controller has work on it"), "\(why.stdout)")

      let (ended, rollout) = try await scenario.apply(["h1"])
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(rollout.id == paused.id)
      #expect(try rollout.host("h1").outcome == "converged")
      #expect(try await Self.plan(scenario).upToDate == ["h1"], "the lease was given back")
      let back = try await Self.other(scenario, ["downgrade", "h1", "--to", "older", "--yes", "--json"])
      #expect(back.status == 0, "\(back.stderr)")
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 29))
    }
  }

  private struct AdoptSeen: Decodable {
    struct Host: Decodable {
      struct Lease: Decodable { var rollout: String? }

      var host: String?
      var lease: Lease?
      var leaseIsOurs: Bool
      var backups: [String]?
      var running: String?
      var commands: [String]
    }

    var hosts: [Host]
  }

  private static func lost(_ scenario: Scenario) async throws -> [AdoptSeen.Host] {
    let ended = try await other(scenario, ["host", "adopt", "--json"])
    #expect(ended.status == 0, "\(ended.stderr)")
    return try JSONDecoder().decode(AdoptSeen.self, from: Data(ended.stdout.utf8)).hosts
  }

  @Test func aPersonTakesOverWhatALostStateFolderHeld() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let rollout = try #require(try await Self.pause(scenario).id)
      let lost = try #require(try await Self.lost(scenario).first)
      #expect(lost.host == "h1" && lost.lease?.rollout == rollout && !lost.leaseIsOurs)
      #expect(lost.running == "1.55.31" && lost.backups?.count == 1, "\(lost)")
      #expect(lost.commands.first?.hasPrefix("sevfleet host adopt h1 --reason TEXT ") == true, "\(lost.commands)")
      #expect(try await Self.other(scenario, ["host", "adopt", "h1"]).status == 64, "it is a decision, with a reason")
      let adopted = try await Self.other(scenario, ["host", "adopt", "h1", "--reason", "the other machine burnt"])
      #expect(adopted.status == 0, "\(adopted.stderr)")
      #expect(try await Self.lost(scenario).first?.leaseIsOurs == true)
      let history = try await Self.other(scenario, ["history", "h1"])
      #expect(history.stdout.contains("the other machine burnt"), "\(history.stdout)")

      // The first one was not gone after all: it finds that the host is not its own any more, and keeps off.
      let files = try await scenario.truth("h1").firmwareFiles
      let (refused, seen) = try await scenario.apply(["h1"])
      #expect(refused.status == 3, "\(refused.stderr)")
      let told = try seen.host("h1").text
      #expect(told.contains("another controller has work on it"), "\(told)")
      #expect(try await scenario.truth("h1").firmwareFiles == files)

      #expect(try await Self.other(scenario, ["apply", "h1", "--yes", "--json"]).status == 0)
      #expect(try await Self.lost(scenario).isEmpty, "its own run gave the lease back")
    }
  }
}
