import FleetLab
import Foundation
import Testing

/// Waves and their soak over real hosts: what is begun when, and what holds the next wave back.
@Suite struct WaveTests {
  private static let hosts: [LabHostSpec] = [.milan("h1"), .genoa("h2"), .milan("h3"), .genoa("h4")]

  private static func play(
    policy: String, hosts: [LabHostSpec] = hosts, _ body: @Sendable @escaping (Scenario) async throws -> Void
  ) async throws {
    try await Lanes.shared.run {
      try await Scenario.with(
        hosts: hosts, policy: "max_unavailable: 9\n" + policy, hasCloud: false, { try await body($0) })
    }
  }

  /// Hosts in the order in which the journal says that they were begun.
  private static func begun(_ scenario: Scenario, _ hosts: [String]) async throws -> [String] {
    struct History: Decodable {
      struct Event: Decodable {
        var seq: Int
        var kind: String
      }

      var events: [Event]
    }
    var lines: [(Int, String)] = []
    for host in hosts {
      let history = try await scenario.sevfleet("history", host, "--json")
      let events = try JSONDecoder().decode(History.self, from: Data(history.stdout.utf8)).events
      lines += events.filter { $0.kind == "hostDispatched" }.map { ($0.seq, host) }
    }
    return lines.sorted { $0.0 < $1.0 }.map(\.1)
  }

  @Test func canariesOfEveryKindGoFirst() async throws {
    try await Self.play(policy: "waves: [1, 100%]\n") { scenario in
      let plan = try await scenario.sevfleet("plan")
      #expect(plan.stdout.contains("wave 1") && plan.stdout.contains("wave 2"), "\(plan.stdout)")
      let (ended, rollout) = try await scenario.apply()
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(rollout.hosts.allSatisfy { $0.outcome == "converged" })
      let order = try await Self.begun(scenario, ["h1", "h2", "h3", "h4"])
      #expect(Set(order.prefix(2)) == ["h1", "h2"], "one Milan and one Genoa before any second one: \(order)")
      for wave in 1...2 { #expect(ended.stderr.contains("wave \(wave) begins: 2 hosts"), "\(ended.stderr)") }
    }
  }

  @Test func aWaveThatSoaksWellIsFollowed() async throws {
    let log = NSTemporaryDirectory() + "sevfleet-soak-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: log) }
    let hook = "hooks: {post_soak: {argv: [/bin/sh, -c, 'echo $SEVFLEET_WAVE $SEVFLEET_HOSTS >> \(log)']}}\n"
    try await Self.play(policy: "waves: [1]\nsoak: 1s\n" + hook, hosts: [.milan("h1"), .milan("h2")]) { scenario in
      let (ended, rollout) = try await scenario.apply()
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(rollout.hosts.allSatisfy { $0.outcome == "converged" })
      #expect(try String(contentsOfFile: log, encoding: .utf8) == "1 h1\n", "no wave is behind the last one")
      #expect(ended.stderr.contains("wave 1 passed its soak"), "\(ended.stderr)")
    }
  }

  /// What an emergency has changed on a host since is no failure of the wave that the host was in.
  @Test func aHostThatAnEmergencyTookIsNotJudged() async throws {
    let policy = "waves: [1]\nsoak: 1s\nmax_unavailable: 9\n"
    try await Self.play(
      policy: "waves: [1]\nsoak: 1s\nhooks: {post_soak: {argv: [/bin/false]}}\n", hosts: [.milan("h1"), .milan("h2")]
    ) { scenario in
      let (vetoed, rollout) = try await scenario.apply()
      #expect(vetoed.status == 130 && rollout.state == "paused", "\(vetoed.stderr)")
      let (rescued, _) = try await scenario.apply(
        ["h1", "--to", "older", "--emergency", "--reason", "bad image"], command: "downgrade")
      #expect(rescued.status == 0, "\(rescued.stderr)")
      try policy.write(
        toFile: "\(scenario.world.inventoryFolder)/policy.yaml", atomically: true, encoding: .utf8)
      let resumed = try await scenario.sevfleet("rollout", "resume", try #require(rollout.id), "--yes", "--json")
      #expect(resumed.status == 0, "\(resumed.stderr)")
      #expect(try RolloutSeen.read(resumed).hosts.map(\.outcome) == ["converged", "converged"])
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 29))
      #expect(try await scenario.truth("h2").running == FaultRow.new)
    }
  }

  @Test(arguments: ["argv: [/bin/false]", "argv: [/bin/sleep, '60'], timeout: 1s", "argv: [/nonexistent]"])
  func aVetoAfterTheSoakPausesTheRollout(_ hook: String) async throws {
    try await Self.play(
      policy: "waves: [1]\nsoak: 1s\nhooks: {post_soak: {\(hook)}}\n", hosts: [.milan("h1"), .milan("h2")]
    ) { scenario in
      let (ended, rollout) = try await scenario.apply()
      #expect(ended.status == 130, "\(ended.stderr)")
      #expect(rollout.state == "paused")
      #expect(try rollout.host("h1").outcome == "converged")
      #expect(try rollout.host("h2").outcome == "pending")
      #expect(ended.stderr.contains("wave 1 did not pass its soak: hook post_soak"), "\(ended.stderr)")
      #expect(try await scenario.truth("h2").running == FaultRow.old)
      let why = try await scenario.sevfleet("why", "h2")
      #expect(why.stdout.contains("did not pass its soak"), "\(why.stdout)")
    }
  }
}
