import FleetLab
import Foundation
import Testing

/// A run that is killed at every point there is, and taken up again by the same command.
struct KilledRun: Sendable, CustomStringConvertible {
  var name: String
  var arguments: [String]
  var command = "apply"
  var target = "newer"
  var policy = ""
  var servers: [LabWorldSpec.Server] = []
  var fault: LabFault?
  var spec: @Sendable (inout LabHostSpec) -> Void = { _ in }
  var outcome = "converged"
  var exit: Int32 = 0

  var description: String { name }

  static let all: [KilledRun] = [
    KilledRun(
      name: "upgrade by reload, one live and one cold move", arguments: ["h1", "--accept-restarts", "1"],
      policy: "drain: {sev: cold, confirm_after: 200ms, deadline: 60s}\n",
      servers: [.init("web", on: "h1"), .init("sev", flavor: "sev.small", on: "h1")]),
    KilledRun(
      name: "downgrade by reset", arguments: ["h1", "--to", "older"], command: "downgrade", target: "older"),
    KilledRun(
      name: "return path after a failed stage", arguments: ["h1"], servers: [.init("web", on: "h1")],
      fault: .initramfsToolFails, spec: { $0.ccpInInitramfs = true }, outcome: "skipped", exit: 3),
  ]
}

@Suite struct KillNineTests {
  /// Runs are killed at every n-th point: 1 means all of them. A slow machine in a hurry may set it; CI does not.
  private static let stride = Int(ProcessInfo.processInfo.environment["SEVFLEET_KILL_STRIDE"] ?? "") ?? 1

  /// What must be the same after a kill as without one.
  struct Trace: Equatable, Sendable {
    var running: LabVersion
    var files: [String: LabVersion]
    var boots: Int
    var moves: [String: Int]
    var serviceEnabled: Bool?
    var computeActive: Bool
    /// Effects that must not happen twice, counted.
    var effects: [String: Int]
  }

  @Test(arguments: KilledRun.all)
  func everyPointIsSurvived(_ run: KilledRun) async throws {
    let (points, clean) = try await Self.cleanRun(run)
    #expect(points.count > 30, "a run without points proves nothing")
    print("\(run): \(points.count) points")
    let visited = try await withThrowingTaskGroup(of: Int.self) { group in
      for index in Swift.stride(from: 1, through: points.count, by: Self.stride) {
        group.addTask {
          try await Lanes.shared.run { try await Self.check(run, killedAt: index, name: points[index - 1], clean) }
          return index
        }
      }
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    if Self.stride == 1 { #expect(visited == Set(1...points.count), "no point is left out") }
  }

  private static func cleanRun(_ run: KilledRun) async throws -> ([String], Trace) {
    try await Lanes.shared.run {
      try await scenario(run) { scenario in
        let log = "\(scenario.folder)/points"
        let ended = try await scenario.sevfleet(
          [run.command] + run.arguments + ["--json", "--yes"], environment: ["SEVFLEET_FAILPOINT_LOG": log])
        #expect(ended.status == run.exit, "\(ended.stderr)")
        let points = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
        return (points, try await trace(scenario))
      }
    }
  }

  private static func check(_ run: KilledRun, killedAt index: Int, name: String, _ clean: Trace) async throws {
    try await scenario(run) { scenario in
      let arguments = [run.command] + run.arguments + ["--json", "--yes"]
      let killed = try await scenario.sevfleet(arguments, environment: ["SEVFLEET_FAILPOINT": "\(index)"])
      #expect(killed.wasKilled, "\(run), point \(name): \(killed.stderr)")
      let resumed = try await scenario.sevfleet(arguments)
      let rollout = try RolloutSeen.read(resumed)
      #expect(resumed.status == run.exit, "\(run), killed at \(name): \(resumed.stderr)")
      let host = try rollout.host("h1")
      #expect(host.outcome == run.outcome, "\(run), killed at \(name): \(host.text) \(resumed.stderr)")
      let found = try await trace(scenario)
      #expect(found == clean, "\(run), killed at \(name)")
    }
  }

  private static func scenario<Value: Sendable>(
    _ run: KilledRun, _ body: (Scenario) async throws -> Value
  ) async throws -> Value {
    var spec = LabHostSpec.milan("h1")
    run.spec(&spec)
    return try await Scenario.with(
      hosts: [spec, .milan("h2")], servers: run.servers, target: run.target,
      change: { if !run.policy.isEmpty { $0.policyText = run.policy } }
    ) { scenario in
      _ = try await scenario.sevfleet("probe", "h1")
      if let fault = run.fault { try await scenario.world.lab.set(fault, on: "h1") }
      return try await body(scenario)
    }
  }

  private static func trace(_ scenario: Scenario) async throws -> Trace {
    let truth = try await scenario.truth("h1")
    var moves: [String: Int] = [:]
    for change in await scenario.novaChanges() where change.isMove || change.action == "confirmResize" {
      moves["\(change.action ?? "") \(change.server ?? "")".replacingIDs(scenario), default: 0] += 1
    }
    var effects: [String: Int] = [:]
    for command in truth.rootCommands {
      for once in ["modprobe -r", "mv -f", "systemctl reboot", "systemctl stop", "cp -a"] where command.contains(once) {
        effects[once, default: 0] += 1
      }
    }
    return Trace(
      running: truth.running, files: truth.firmwareFiles, boots: truth.bootCount, moves: moves,
      serviceEnabled: await scenario.service("h1")?.isEnabled, computeActive: truth.computeActive, effects: effects)
  }
}

extension String {
  /// Server ids differ from world to world; names do not.
  fileprivate func replacingIDs(_ scenario: Scenario) -> String {
    var text = self
    for (name, id) in scenario.world.servers { text = text.replacingOccurrences(of: id, with: name) }
    return text
  }
}
