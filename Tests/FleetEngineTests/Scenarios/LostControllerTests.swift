import FleetLab
import FleetStore
import Foundation
import Testing

/// A controller that is lost otherwise than by `kill -9` of its own command: one that hangs and is taken over, and wakes
/// up when all is done; and a daemon that is killed while it does what another command handed to it. At every point, as
/// `KillNineTests` has it.
@Suite struct LostControllerTests {
  /// What is handed over and taken over: one that moves servers and reloads, one that resets.
  private static let runs = Array(KilledRun.all.prefix(2))

  enum Loss: CaseIterable, Sendable { case hangs, servesAndDies }

  @Test(arguments: runs, Loss.allCases)
  func everyPointIsSurvived(_ run: KilledRun, _ loss: Loss) async throws {
    let (points, clean) = try await Self.cleanRun(run, loss)
    #expect(points.count > 30, "a run without points proves nothing")
    let visited = try await withThrowingTaskGroup(of: Void.self) { group in
      let first = 1 + KillNineTests.shift % KillNineTests.stride
      for index in Swift.stride(from: first, through: points.count, by: KillNineTests.stride) {
        group.addTask {
          try await Lanes.shared.run {
            try await KillNineTests.scenario(run) { scenario in
              let at = "\(run), \(loss) at \(points[index - 1])"
              switch loss {
              case .hangs: try await Self.hang(run, index, clean, scenario, at)
              case .servesAndDies: try await Self.die(run, index, clean, scenario, at)
              }
            }
          }
        }
      }
      return try await group.reduce(into: 0) { count, _ in count += 1 }
    }
    print("\(run), \(loss): \(points.count) points, \(visited) losses")
  }

  // MARK: Undisturbed

  private static func cleanRun(_ run: KilledRun, _ loss: Loss) async throws -> ([String], KillNineTests.Trace) {
    try await Lanes.shared.run {
      try await KillNineTests.scenario(run) { scenario in
        let log = "\(scenario.folder)/points"
        let environment = ["SEVFLEET_FAILPOINT_LOG": log]
        let ended: Program.Ended
        switch loss {
        case .hangs: ended = try await scenario.sevfleet(words(run), environment: environment)
        case .servesAndDies:
          let handed = Handed()
          _ = try await serving(scenario, environment) { process in
            handed.ended = try await scenario.sevfleet(words(run))
            kill(process, SIGTERM)
          }
          ended = try #require(handed.ended)
        }
        guard ended.status == run.exit else { throw KillNineTests.Disturbed(description: "\(run): \(ended.stderr)") }
        return (try KillNineTests.points(log, scenario), try await KillNineTests.trace(scenario))
      }
    }
  }

  private final class Handed { var ended: Program.Ended? }

  private static func words(_ run: KilledRun) -> [String] { [run.command] + run.arguments + ["--json", "--yes"] }

  /// `serve` as a process; `body` ends it. What a daemon is for takes time, so that it is asked until it is so; the
  /// process ends in the end whatever happens (`Program.run` bounds it).
  private static func serving(
    _ scenario: Scenario, _ environment: [String: String], _ body: (pid_t) async throws -> Void
  ) async throws -> Program.Ended {
    try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["serve", "--probe-every", "1h"], environment: scenario.environment.merging(environment) { $1 }
    ) { process in
      do {
        try await until {
          let holder = try DaemonLock.holder(folder: "\(scenario.folder)/state")
          return holder?.command == "serve" && holder?.pid == process
        }
        try await body(process)
      } catch {
        kill(process, SIGKILL)
        throw error
      }
    }
  }

  private static func until(_ what: () async throws -> Bool) async throws {
    while try await !what() { try await Task.sleep(for: .milliseconds(50)) }
  }

  // MARK: Lost

  /// Stopped at a point, taken over and ended by another one; then it wakes up, and must not add anything.
  private static func hang(
    _ run: KilledRun, _ index: Int, _ clean: KillNineTests.Trace, _ scenario: Scenario, _ at: String
  ) async throws {
    let hung = ["SEVFLEET_FAILPOINT": "\(index)", "SEVFLEET_FAILPOINT_STOPS": "1"]
    var before = ""
    let woken = try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + words(run), environment: scenario.environment.merging(hung) { $1 }
    ) { process in
      defer { kill(process, SIGCONT) }
      try await until { try isStopped(process) }
      var taken = try await scenario.sevfleet(words(run) + ["--takeover"])
      if taken.stdout.contains("holderWrites") {
        // Another of its threads was in the middle of a write: it must end, as the message says.
        kill(process, SIGKILL)
        taken = try await scenario.sevfleet(words(run) + ["--takeover"])
      }
      // A run that had ended when its controller hung is only shown, or made anew and found up to date.
      #expect(taken.status == run.exit || taken.status == 0, "\(at): \(taken.status) \(taken.stdout) \(taken.stderr)")
      #expect(try await KillNineTests.trace(scenario) == clean, "\(at): taken over")
      before = try await told(scenario)
    }
    #expect(woken.status == 75 || woken.status == run.exit || woken.wasKilled, "\(at): \(woken.stderr)")
    #expect(try await KillNineTests.trace(scenario) == clean, "\(at): awake again")
    #expect(try await told(scenario) == before, "\(at): the old one adds nothing to the journal")
    try await ended(run, scenario, at)
  }

  /// Everything that the journal tells.
  private static func told(_ scenario: Scenario) async throws -> String {
    let list = try await scenario.sevfleet("rollout", "list", "--json").stdout
    let history = try await scenario.sevfleet("history", "h1", "--json").stdout
    return list + history
  }

  private static func isStopped(_ process: pid_t) throws -> Bool {
    let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let state = stat.drop { $0 != ")" }.dropFirst(2).first
    #expect(state != "Z", "it ended before it came to its point")
    return state == "T" || state == "Z"
  }

  /// The daemon is killed at a point of what was handed to it; the next daemon ends it.
  private static func die(
    _ run: KilledRun, _ index: Int, _ clean: KillNineTests.Trace, _ scenario: Scenario, _ at: String
  ) async throws {
    let killed = try await serving(scenario, ["SEVFLEET_FAILPOINT": "\(index)"]) { _ in
      _ = try await scenario.sevfleet(words(run))
    }
    #expect(killed.wasKilled, "\(at): \(killed.stderr)")
    let next = try await serving(scenario, [:]) { process in
      // Killed before it had taken the wish down: whoever wished it asks once more.
      if try await rollouts(scenario).isEmpty { _ = try await scenario.sevfleet(words(run)) }
      try await until { try await rollouts(scenario).first?.state == "finished" }
      kill(process, SIGTERM)
    }
    #expect(next.status == 130, "\(at): \(next.stderr)")
    #expect(try await KillNineTests.trace(scenario) == clean, "\(at)")
    try await ended(run, scenario, at)
  }

  private static func rollouts(_ scenario: Scenario) async throws -> [KillNineTests.Rollouts.Row] {
    let list = try await scenario.sevfleet("rollout", "list", "--json")
    return try JSONDecoder().decode(KillNineTests.Rollouts.self, from: Data(list.stdout.utf8)).rollouts
  }

  private static func ended(_ run: KilledRun, _ scenario: Scenario, _ at: String) async throws {
    let rows = try await rollouts(scenario)
    #expect(rows.map(\.state) == ["finished"], "\(at): \(rows)")
    guard let rollout = rows.first else { return }
    let host = try RolloutSeen.read(try await scenario.sevfleet("rollout", "show", rollout.id, "--json")).host("h1")
    #expect(host.outcome == run.outcome, "\(at): \(host.text)")
  }
}
