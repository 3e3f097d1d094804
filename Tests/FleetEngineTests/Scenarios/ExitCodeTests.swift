import FleetCore
import FleetLab
import FleetStore
import Foundation
import Testing

/// Exit codes are a contract: scripts decide by them, and by the one document that `--json` prints.
@Suite(.serialized) struct ExitCodeTests {
  private struct ErrorSeen: Decodable {
    var schema: String
    var kind: String
    var text: String
    var expected: String?
    var found: String?
  }

  private static func error(_ ended: Program.Ended) throws -> ErrorSeen {
    try JSONDecoder().decode(ErrorSeen.self, from: Data(ended.stdout.utf8))
  }

  @Test func pendingChangesAreTwo() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let pending = try await scenario.sevfleet("plan", "--detailed-exitcode")
      #expect(pending.status == 2, "\(pending.stderr)")
      #expect(try await scenario.sevfleet("plan").status == 0)
      #expect(try await scenario.apply().0.status == 0)
      #expect(try await scenario.sevfleet("plan", "--detailed-exitcode").status == 0)
      let why = try await scenario.sevfleet("why", "h1")
      #expect(why.stdout.contains("where the plan wants it") || why.stdout.contains("up to date"), "\(why.stdout)")
    }
  }

  /// Its id is its content: neither the spelling of a folder nor whether it was looked again is part of it.
  @Test func aPlanIsTheSameWhereverItIsMade() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], servers: [.init("web", on: "h1")]) { scenario in
      let online = try await Self.plan(scenario, "\(scenario.folder)/firmware-catalog")
      let spelled = try await Self.plan(scenario, "\(scenario.folder)/./firmware-catalog/")
      #expect(spelled.id == online.id)
      let offline = try await Self.plan(scenario, "\(scenario.folder)/firmware-catalog", ["--offline"])
      #expect(offline.id == online.id, "Nova's last word is kept with the looks")
      #expect(offline.observed.map(\.host) == ["h1", "h2"])
    }
  }

  private struct PlanSeen: Decodable {
    struct Look: Decodable {
      var host: String
      var observedAt: String
    }

    var id: String
    var observed: [Look]
  }

  private static func plan(_ scenario: Scenario, _ catalog: String, _ more: [String] = []) async throws -> PlanSeen {
    let ended = try await Program.run(
      ["plan", "--json", "--inventory", scenario.world.inventoryFolder, "--catalog", catalog] + more,
      environment: scenario.environment)
    #expect(ended.status == 0, "\(ended.stderr)")
    return try JSONDecoder().decode(PlanSeen.self, from: Data(ended.stdout.utf8))
  }

  @Test func unreachableIsFour() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], hasCloud: false) { scenario in
      try await scenario.world.lab.set(.hostKeyChanged, on: "h2")
      let ended = try await scenario.sevfleet("probe", "--json")
      #expect(ended.status == 4, "\(ended.stderr)")
      #expect(ended.stdout.contains("sevfleet.observation/1"))
      #expect(try await scenario.sevfleet("probe", "h1").status == 0)
    }
  }

  @Test func aFleetBehindIsSix() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      _ = try await scenario.sevfleet("probe")
      #expect(try await scenario.sevfleet("report", "compliance", "--exit-code").status == 6)
      #expect(try await scenario.sevfleet("report", "compliance").status == 0)
    }
  }

  @Test func usageIsSixtyFourAndOneDocument() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      for words in [
        ["plan", "--no-such-option", "--json"], ["--json", "no-such-command"], ["catalog", "--json", "inspect"],
        ["plan", "no-such-host", "--json"], ["apply", "h1", "--json"],
        ["apply", "plan-0123abcd", "--to", "newer", "--yes", "--json"],
        ["backup", "restore", "h1", "--backup", "none", "--yes", "--json"], ["backup", "list", "nobody", "--json"],
      ] {
        let ended = try await scenario.sevfleet(words)
        #expect(ended.status == 64, "\(words): \(ended.stdout) \(ended.stderr)")
        #expect(try Self.error(ended).schema == "sevfleet.error/1", "\(words): \(ended.stdout)")
      }
      #expect(try await scenario.truth("h1").rootCommands.isEmpty, "nothing was looked at")
      #expect(try await scenario.sevfleet("catalog", "--json", "list").status == 0, "global options may stand anywhere")
    }
  }

  @Test func rulesAreForOneLogin() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], hasCloud: false) { scenario in
      #expect(try await scenario.sevfleet("host", "sudoers").stdout.contains("sevops "))
      let file = "\(scenario.world.inventoryFolder)/hosts/lab.yaml"
      let hosts = try String(contentsOfFile: file, encoding: .utf8)
      try hosts.replacingOccurrences(of: "name: h1\n", with: "name: h1\n    ssh: {user: other}\n")
        .write(toFile: file, atomically: true, encoding: .utf8)
      let several = try await scenario.sevfleet("host", "sudoers", "--json")
      #expect(several.status == 64, "\(several.stdout)")
      #expect(try Self.error(several).found == "other, sevops")
      let one = try await scenario.sevfleet("host", "sudoers", "--user", "other")
      #expect(one.stdout.contains("other ") && !one.stdout.contains("sevops "), "\(one.stdout)")
    }
  }

  @Test func badInputIsSixtyFive() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let absent = try await Program.run(
        ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/none", "plan", "--json"],
        environment: scenario.environment)
      #expect(absent.status == 65, "\(absent.stdout)")
      try "hosts: {".write(
        toFile: "\(scenario.world.inventoryFolder)/hosts/broken.yaml", atomically: true, encoding: .utf8)
      for words in [["inventory", "check", "--json"], ["plan", "--json"], ["host", "sudoers", "--json"]] {
        let ended = try await scenario.sevfleet(words)
        #expect(ended.status == 65, "\(words): \(ended.stderr)")
        #expect(try Self.error(ended).text.contains("broken.yaml:"), "\(ended.stdout)")
      }
    }
  }

  @Test func aHeldLockIsSeventyFive() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let lock = try DaemonLock.acquire(
        folder: "\(scenario.folder)/state", command: "another apply", at: Instant(milliseconds: 0))
      let ended = try await scenario.sevfleet("apply", "--yes", "--json")
      lock.release()
      #expect(ended.status == 75, "\(ended.stdout) \(ended.stderr)")
      #expect(try Self.error(ended).text.contains("another apply"))
      #expect(try await scenario.truth("h1").rootCommands.isEmpty)
    }
  }

  /// The budget is looked at before the next host starts, also by the controller that comes after a lost one.
  @Test func aBudgetThatIsUsedUpIsFive() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      try await scenario.world.lab.set(.silentRefusal, on: "h1")
      let (ended, rollout) = try await scenario.apply()
      #expect(ended.status == 5, "\(ended.stderr)")
      #expect(rollout.state == "halted")
      #expect(try rollout.host("h1").outcome == "quarantined")
      #expect(try rollout.host("h2").outcome == "pending")
      #expect(try await scenario.truth("h2").running == LabVersion(1, 55, 31))
      let id = try #require(rollout.id)
      #expect(ended.stderr.contains("sevfleet rollout resume \(id) --inventory"), "it works as printed")
      // Whoever resumes tolerates the quarantine, and the host is out of service all the same.
      let full = try await scenario.sevfleet("rollout", "resume", id, "--json")
      #expect(full.status == 130, "\(full.stderr)")
      #expect(full.stdout.contains("max_unavailable is 1"))
      try "max_unavailable: 2\ndrain: {confirm_after: 200ms, deadline: 20s}\n".write(
        toFile: "\(scenario.world.inventoryFolder)/policy.yaml", atomically: true, encoding: .utf8)
      let resumed = try await scenario.sevfleet("rollout", "resume", id, "--json")
      #expect(resumed.status == 3, "\(resumed.stderr)")
      #expect(try RolloutSeen.read(resumed).host("h2").outcome == "converged")
    }
  }

  /// A plan is older than what became of its hosts.
  @Test func aPlanDoesNotDriveAQuarantinedHost() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      try await scenario.world.lab.set(.silentRefusal, on: "h1")
      let planned = try await scenario.sevfleet("plan", "h1", "--json")
      let plan = try JSONDecoder().decode(PlanSeen.self, from: Data(planned.stdout.utf8)).id
      #expect(try await scenario.apply([plan]).0.status == 3)
      let commands = try await scenario.truth("h1").rootCommands
      let (ended, rollout) = try await scenario.apply([plan])
      #expect(ended.status == 3, "\(ended.stderr)")
      #expect(try rollout.host("h1").outcome == "skipped")
      #expect(try rollout.host("h1").kind == "quarantined")
      #expect(try await scenario.truth("h1").rootCommands == commands, "it was not even looked at")
    }
  }

  @Test func aControllerLostBeforeTheHaltHaltsAfterwards() async throws {
    func lost(_ body: (Scenario) async throws -> Void) async throws {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
        try await scenario.world.lab.set(.silentRefusal, on: "h1")
        try await body(scenario)
      }
    }
    var point: Int?
    try await lost { scenario in
      let log = "\(scenario.folder)/points"
      _ = try await scenario.sevfleet(
        ["apply", "--yes", "--json"], environment: ["SEVFLEET_FAILPOINT_LOG": log])
      let points = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      point = points.firstIndex { $0.hasSuffix(" after h1 quarantined") }.map { $0 + 1 }
    }
    let kill = try #require(point)
    try await lost { scenario in
      let killed = try await scenario.sevfleet(
        ["apply", "--yes", "--json"], environment: ["SEVFLEET_FAILPOINT": "\(kill)"])
      #expect(killed.wasKilled)
      let (ended, rollout) = try await scenario.apply()
      #expect(ended.status == 5, "\(ended.stderr)")
      #expect(try rollout.host("h2").outcome == "pending")
      #expect(try await scenario.truth("h2").rootCommands.allSatisfy { !$0.contains("mv -f") })
    }
  }

  @Test func aFleetThatLacksAHostAlreadyWaits() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      await scenario.world.compute?.disableService("h2", reason: "memory is replaced on Friday")
      let (ended, rollout) = try await scenario.apply(["h1"])
      #expect(ended.status == 130, "\(ended.stderr)")
      #expect(rollout.state == "paused")
      #expect(ended.stdout.contains("h2 (its compute service is disabled)"), "\(ended.stdout)")
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 31))
      await scenario.world.compute?.enableService("h2")
      let (again, resumed) = try await scenario.apply(["h1"])
      #expect(again.status == 0, "\(again.stderr)")
      #expect(resumed.id == rollout.id, "the same wish goes on with what it began")
    }
  }

  /// Another wish is another rollout, and leaves alone what the open one has work on.
  @Test func anOpenRolloutIsNotTakenForAnotherWish() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      await scenario.world.compute?.disableService("h2", reason: "memory")
      let paused = try await scenario.apply(["h1"]).1
      let other = try await scenario.sevfleet("downgrade", "h1", "--to", "older", "--yes", "--json")
      #expect(other.status == 3, "\(other.stderr)")
      #expect(other.stderr.contains("(otherMaintenance)"), "\(other.stderr)")
      #expect(other.stdout.contains("\"kind\": \"otherMaintenance\""), "the document says why too: \(other.stdout)")
      let unasked = try await scenario.sevfleet("apply", "h1", "--json")
      #expect(unasked.status == 64, "taking up again needs consent too")
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 31))
      let stored = try await scenario.sevfleet("rollout", "show", try #require(paused.id), "--json")
      #expect(stored.stdout.contains("\"paused\""))
      let file = "\(scenario.world.inventoryFolder)/hosts/lab.yaml"
      let hosts = try String(contentsOfFile: file, encoding: .utf8)
      try hosts.replacingOccurrences(of: "name: h1", with: "name: h9")
        .write(toFile: file, atomically: true, encoding: .utf8)
      let gone = try await scenario.sevfleet("rollout", "resume", "--json")
      #expect(gone.status == 64, "\(gone.stderr)")
      #expect(try Self.error(gone).found == "h1", "what is left of it cannot be done")
    }
  }

  @Test func aSignalIsOneHundredAndThirty() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      try await scenario.world.lab.set(.slow(milliseconds: 100), on: "h1")
      let ended = try await Program.run(
        ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
          + ["apply", "--yes", "--json"], environment: scenario.environment
      ) { process in
        // Once the door is closed many steps are still to come.
        while await scenario.service("h1")?.isEnabled != false { try await Task.sleep(for: .milliseconds(20)) }
        kill(process, SIGINT)
      }
      #expect(ended.status == 130, "\(ended.stderr)")
      #expect(!ended.wasKilled)
      #expect(try RolloutSeen.read(ended).state == "paused")
      #expect(try await scenario.truth("h2").running == LabVersion(1, 55, 31), "no new host starts")
      try await scenario.world.lab.clear(.slow, on: "h1")
      let (again, rollout) = try await scenario.apply()
      #expect(again.status == 0, "\(again.stderr)")
      #expect(rollout.hosts.map(\.outcome) == ["converged", "converged"])
    }
  }

  @Test func aSignalOutsideARolloutIsTheSame() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      // Long enough that the probe is at work when the signal comes.
      try await scenario.world.lab.set(.slow(milliseconds: 8000), on: "h1")
      let ended = try await Program.run(
        ["--inventory", scenario.world.inventoryFolder, "probe", "--json"], environment: scenario.environment
      ) { process in
        // The database is there once the command runs.
        while !FileManager.default.fileExists(atPath: "\(scenario.folder)/state/sevfleet.sqlite") {
          try await Task.sleep(for: .milliseconds(20))
        }
        try await Task.sleep(for: .milliseconds(500))
        kill(process, SIGTERM)
      }
      #expect(ended.status == 130, "\(ended.stderr)")
      #expect(!ended.wasKilled)
      #expect(try Self.error(ended).kind == "interrupted", "who leaves with --json leaves a document")
    }
  }
}
