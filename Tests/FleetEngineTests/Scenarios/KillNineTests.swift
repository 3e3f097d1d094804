import FleetCore
import FleetLab
import Foundation
import Testing

@Suite struct KillNineTests {
  /// Runs are killed at every n-th point: 1 means all of them. Where all of them take too long, CI says which n, and
  /// the first point of each run shifts with `SEVFLEET_KILL_SHIFT`, so that several runs together visit every point.
  static let stride = number("SEVFLEET_KILL_STRIDE", or: 1)
  static let shift = number("SEVFLEET_KILL_SHIFT", or: 0)

  private static func number(_ name: String, or preset: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? preset
  }

  /// Only this run, by its name, to look closely at one.
  private static let runs = KilledRun.all.filter { run in
    ProcessInfo.processInfo.environment["SEVFLEET_KILL_RUN"].map { $0 == run.name } ?? true
  }

  /// What must be the same after a kill as without one.
  struct Trace: Equatable, Sendable {
    var running: LabVersion
    var files: [String: LabVersion]
    var boots: Int
    var places: [String: [String]]
    var moves: [String: Int]
    var serviceEnabled: Bool?
    var computeActive: Bool
    /// Effects that must not happen twice, counted.
    var effects: [String: Int]
  }

  @Test(arguments: runs)
  func everyPointIsSurvived(_ run: KilledRun) async throws {
    let (points, clean) = try await CleanRuns.shared.of(run)
    #expect(points.count > 30, "a run without points proves nothing")
    let began = ContinuousClock.now
    let visited = try await withThrowingTaskGroup(of: String.self) { group in
      for index in Swift.stride(from: 1 + Self.shift % Self.stride, through: points.count, by: Self.stride) {
        group.addTask {
          try await Lanes.shared.run { try await Self.check(run, killedAt: index, Array(points.prefix(index)), clean) }
        }
      }
      return try await group.reduce(into: [String]()) { $0.append($1) }
    }
    let each = (ContinuousClock.now - began) / max(visited.count, 1)
    print("\(run): \(points.count) points, \(visited.count) kills, one in \(each)")
    if Self.stride == 1 { #expect(Set(visited) == Set(points), "no point is left out") }
  }

  /// Every kind of effect is reached by some run, so that each was killed before and after it.
  @Test func everyEffectIsReached() async throws {
    let reached = try await withThrowingTaskGroup(of: Set<EffectKind>.self) { group in
      for run in KilledRun.all {
        group.addTask {
          let (points, _) = try await CleanRuns.shared.of(run)
          return Set(EffectKind.allCases.filter { kind in points.contains { $0.contains(" effect \(kind.rawValue)") } })
        }
      }
      return try await group.reduce(into: Set<EffectKind>()) { $0.formUnion($1) }
    }
    #expect(reached == Set(EffectKind.allCases), "\(Set(EffectKind.allCases).subtracting(reached))")
  }

  /// The undisturbed runs, each made once for both tests.
  private actor CleanRuns {
    static let shared = CleanRuns()
    private var made: [String: Task<([String], Trace), any Error>] = [:]

    func of(_ run: KilledRun) async throws -> ([String], Trace) {
      let task = made[run.name] ?? Task { try await KillNineTests.cleanRun(run) }
      made[run.name] = task
      return try await task.value
    }
  }

  private static func cleanRun(_ run: KilledRun) async throws -> ([String], Trace) {
    try await Lanes.shared.run {
      try await scenario(run) { scenario in
        let log = "\(scenario.folder)/points"
        let ended = try await scenario.sevfleet(
          [run.command] + run.arguments + ["--json", "--yes"], environment: ["SEVFLEET_FAILPOINT_LOG": log])
        guard ended.status == run.exit else { throw Disturbed(description: "\(run): \(ended.stderr)") }
        return (try points(log, scenario), try await trace(scenario))
      }
    }
  }

  struct Disturbed: Error, CustomStringConvertible { var description: String }

  /// Kills one run and takes it up again. Returns the name of the point at which it really died.
  private static func check(
    _ run: KilledRun, killedAt index: Int, _ expected: [String], _ clean: Trace
  ) async throws -> String {
    try await scenario(run) { scenario in
      let arguments = [run.command] + run.arguments + ["--json", "--yes"]
      let log = "\(scenario.folder)/points"
      let killed = try await scenario.sevfleet(
        arguments, environment: ["SEVFLEET_FAILPOINT": "\(index)", "SEVFLEET_FAILPOINT_LOG": log])
      let reached = try points(log, scenario)
      let name = reached.last ?? "none"
      #expect(killed.wasKilled, "\(run), point \(name): \(killed.stderr)")
      #expect(name == expected.last, "\(run): point \(index): \(reached.difference(from: expected))")
      let (status, host) = try await resumed(run, arguments, byName: index.isMultiple(of: 2), scenario)
      #expect(status == run.exit, "\(run), killed at \(name): \(host.text)")
      #expect(host.outcome == run.outcome, "\(run), killed at \(name): \(host.text)")
      let found = try await trace(scenario)
      #expect(found == clean, "\(run), killed at \(name)")
      return name
    }
  }

  /// Takes the run up by `rollout resume`, or by the same command; what had ended already is only shown.
  private static func resumed(
    _ run: KilledRun, _ arguments: [String], byName: Bool, _ scenario: Scenario
  ) async throws -> (Int32, RolloutSeen.Host) {
    let list = try await scenario.sevfleet("rollout", "list", "--json")
    let rollout = try JSONDecoder().decode(Rollouts.self, from: Data(list.stdout.utf8)).rollouts.first
    if let rollout, rollout.state == "finished" {
      let shown = try await scenario.sevfleet("rollout", "show", rollout.id, "--json")
      return (run.exit, try RolloutSeen.read(shown).host("h1"))
    }
    // Before there is a rollout nothing can be resumed by name.
    let ended = try await scenario.sevfleet(
      byName && rollout != nil ? ["rollout", "resume", "--json"] : arguments)
    return (ended.status, try RolloutSeen.read(ended).host("h1"))
  }

  struct Rollouts: Decodable {
    struct Row: Decodable {
      var id: String
      var state: String
    }

    var rollouts: [Row]
  }

  /// The points that a run reached, in a form that is the same in every world.
  static func points(_ log: String, _ scenario: Scenario) throws -> [String] {
    try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map { line in
      let name = line.drop { $0 != " " }.dropFirst()
      return String(name).replacingIDs(scenario).replacing(/r[0-9]{8}-[0-9]{6}-[0-9a-f]{4}/, with: "ROLLOUT")
    }
  }

  static func scenario<Value: Sendable>(
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

  static func trace(_ scenario: Scenario) async throws -> Trace {
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
      running: truth.running, files: truth.firmwareFiles, boots: truth.bootCount,
      places: await scenario.places(), moves: moves,
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
