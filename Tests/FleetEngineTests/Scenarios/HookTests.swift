import FleetLab
import Foundation
import Testing

/// Each point of RULES H with a hook that says yes, one that says no, and one that does not end.
@Suite struct HookTests {
  /// What one refusal comes to.
  struct Row: Sendable, CustomStringConvertible {
    var point: String
    var outcome: String
    /// Whether the host's service takes servers afterwards.
    var enabled: Bool
    var running: LabVersion

    var description: String { point }
  }

  static let rows = [
    Row(point: "pre_drain", outcome: "skipped", enabled: true, running: FaultRow.old),
    Row(point: "pre_activate", outcome: "skipped", enabled: true, running: FaultRow.old),
    Row(point: "post_verify", outcome: "quarantined", enabled: false, running: FaultRow.new),
    Row(point: "post_uncordon", outcome: "quarantined", enabled: false, running: FaultRow.new),
  ]

  enum No: String, Sendable, CaseIterable {
    case refuses = "argv: [/bin/false]"
    case hangs = "argv: [/bin/sleep, '60'], timeout: 1s"

    var words: String {
      switch self {
      case .refuses: "exit 1"
      case .hangs: "no end in time"
      }
    }
  }

  private static func play(
    target: String = "newer", policy: String, _ body: @Sendable @escaping (Scenario) async throws -> Void
  ) async throws {
    try await Lanes.shared.run {
      try await Scenario.with(
        hosts: [.milan("h1"), .milan("h2")], servers: [.init("web", on: "h1")], target: target, policy: policy
      ) { scenario in
        _ = try await scenario.sevfleet("probe", "h1")
        try await body(scenario)
      }
    }
  }

  @Test(arguments: rows, No.allCases)
  func aVetoIsObeyed(_ row: Row, _ no: No) async throws {
    try await Self.play(policy: "hooks: {\(row.point): {\(no.rawValue)}}\n") { scenario in
      let (ended, rollout) = try await scenario.apply(["h1"])
      let host = try rollout.host("h1")
      #expect(ended.status == 3, "\(row): \(ended.stderr)")
      #expect(host.outcome == row.outcome && host.kind == "hookVeto", "\(row): \(host.text) \(ended.stderr)")
      #expect(host.text.contains(no.words), "\(row): \(host.text)")
      #expect(await scenario.service("h1")?.isEnabled == row.enabled, "\(row)")
      let truth = try await scenario.truth("h1")
      #expect(truth.running == row.running && truth.computeActive, "\(row)")
    }
  }

  @Test func everyHookThatSaysYesIsRunOnceInOrder() async throws {
    let log = NSTemporaryDirectory() + "sevfleet-hooks-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: log) }
    let hooks = Self.rows.map { "\($0.point): {argv: [/bin/sh, -c, 'echo \($0.point) >> \(log); env >> \(log)']}" }
    try await Self.play(policy: "hooks: {\(hooks.joined(separator: ", "))}\n") { scenario in
      let (ended, rollout) = try await scenario.apply(["h1"])
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(try rollout.host("h1").outcome == "converged")
      let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
      let points = Self.rows.map(\.point)
      #expect(lines.filter(points.contains) == points)
      #expect(lines.contains("SEVFLEET_HOST=h1"))
      #expect(!lines.contains { $0.hasPrefix("OS_") }, "a hook gets no credentials of the cloud")
    }
  }

  /// A host that stays down: the hook that cuts its power is the last means, and its answer is told.
  @Test(arguments: [("argv: [/bin/true]", "didNotReturn"), (No.refuses.rawValue, "hookVeto")])
  func aPowerCycleIsTriedWhenAHostStaysDown(_ hook: String, _ kind: String) async throws {
    let policy = "deadlines: {reboot: 6s}\nhooks: {power_cycle: {\(hook)}}\n"
    try await Self.play(target: "older", policy: policy) { scenario in
      try await scenario.world.lab.set(.doesNotComeBack, on: "h1")
      let (ended, rollout) = try await scenario.apply(["h1", "--to", "older"], command: "downgrade")
      let host = try rollout.host("h1")
      #expect(host.outcome == "quarantined" && host.kind == kind, "\(host.text) \(ended.stderr)")
      #expect(await scenario.service("h1")?.isEnabled == false)
    }
  }
}
