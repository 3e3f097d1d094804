import FleetCore
import FleetLab
import FleetStore
import Foundation
import Testing

/// `serve` as a real process: schedules, approval, what is handed over, and what is left of it when it goes.
@Suite(.serialized) struct ServeTests {
  private struct Rollouts: Decodable {
    struct Row: Decodable {
      var id: String
      var state: String
    }

    var rollouts: [Row]
  }

  private static func rollouts(_ scenario: Scenario) async throws -> [Rollouts.Row] {
    let ended = try await scenario.sevfleet("rollout", "list", "--json")
    return try JSONDecoder().decode(Rollouts.self, from: Data(ended.stdout.utf8)).rollouts
  }

  /// Asks until it is so; the process that is waited for ends in the end whatever happens (`Program.run` bounds it).
  private static func until(_ what: () async throws -> Bool) async throws {
    while try await !what() { try await Task.sleep(for: .milliseconds(50)) }
  }

  /// A window that is open now in UTC, every day, for a day but a minute; or one that opens `later` minutes from now.
  private static func schedule(approvals: Int, later: Int = 0, more: String = "") -> String {
    let minutes = (Int(Date().timeIntervalSince1970) / 60 + later) % 1440
    let start = "\(minutes / 600)\(minutes / 60 % 10):\(minutes % 60 / 10)\(minutes % 10)"
    return """
      schedules:
        - name: nights
          approvals: \(approvals)\(more)
          window: {days: [mon, tue, wed, thu, fri, sat, sun], start: "\(start)", duration: 23h, zone: UTC}
      """
  }

  /// Runs `serve` and calls `body` while it does; ended by `signal`.
  private static func serving(
    _ scenario: Scenario, signal: Int32 = SIGTERM, _ body: (pid_t) async throws -> Void
  ) async throws -> Program.Ended {
    try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["serve", "--probe-every", "1h"], environment: scenario.environment
    ) { process in
      do {
        try await until { try DaemonLock.holder(folder: "\(scenario.folder)/state")?.command == "serve" }
        try await body(process)
      } catch {
        kill(process, SIGKILL)
        throw error
      }
      kill(process, signal)
    }
  }

  private static func twoHosts(_ body: @Sendable @escaping (Scenario) async throws -> Void) async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], policy: "waves: [100%]\nmax_unavailable: 2\n") {
        try await body($0)
      }
    }
  }

  private static func file(_ scenario: Scenario, _ text: String) throws {
    try text.write(toFile: "\(scenario.world.inventoryFolder)/schedules.yaml", atomically: true, encoding: .utf8)
  }

  @Test func whatAScheduleDuesIsPlannedApprovedAndDone() async throws {
    try await Self.twoHosts { scenario in
      try Self.file(scenario, Self.schedule(approvals: 1))
      let ended = try await Self.serving(scenario) { _ in
        try await Self.until { try await !Self.rollouts(scenario).isEmpty }
        let row = try #require(try await Self.rollouts(scenario).first)
        let shown = try await scenario.sevfleet("rollout", "show", row.id, "--json")
        #expect(shown.stdout.contains("waits for 1 approval"), "\(shown.stdout)")
        #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 31), "nobody has approved it")
        let approved = try await scenario.sevfleet("rollout", "approve", row.id)
        #expect(approved.status == 0, "\(approved.stderr)")
        let again = try await scenario.sevfleet("rollout", "approve", row.id, "--json")
        #expect(again.status == 64 && again.stdout.contains("approvedAlready"), "\(again.stdout)")
        try await Self.until { try await Self.rollouts(scenario).first?.state == "finished" }
      }
      #expect(ended.status == 130, "\(ended.stderr)")
      for host in ["h1", "h2"] {
        #expect(try await scenario.truth(host).running == LabVersion(1, 55, 34))
        #expect(await scenario.service(host)?.isEnabled == true)
      }
      let rollouts = try await Self.rollouts(scenario)
      #expect(rollouts.map(\.state) == ["finished"], "an opening is planned once")
    }
  }

  /// Staged ahead of a window that opens in two hours: what runs and what Nova knows is as it was, and a host that would
  /// fail at night is told by day.
  @Test func hostsAreStagedAheadOfTheirWindow() async throws {
    try await Self.twoHosts { scenario in
      let more = "\n    stage_ahead: 6h"
      try Self.file(scenario, Self.schedule(approvals: 0, later: 120, more: more).replacing("23h", with: "1h"))
      try await scenario.world.lab.set(.diskFull(folder: "/lib/firmware", left: 4096), on: "h2")
      let before = try await [scenario.truth("h1"), scenario.truth("h2")]
      let ended = try await Self.serving(scenario) { _ in
        try await Self.until {
          guard let row = try await Self.rollouts(scenario).first else { return false }
          let told = try await scenario.sevfleet("rollout", "report", row.id).stdout
          return told.contains("every trial passed") && told.contains("diskFull")
        }
      }
      #expect(ended.stderr.contains("h2 could not be staged ahead"), "\(ended.stderr)")
      let row = try #require(try await Self.rollouts(scenario).first)
      let told = try await scenario.sevfleet("rollout", "report", row.id).stdout
      #expect(told.contains("every trial passed, the backup is read and the image is there"), "\(told)")
      #expect(told.contains("diskFull: "), "\(told)")
      #expect(row.state == "paused", "it waits for its window")
      for (old, host) in zip(before, ["h1", "h2"]) {
        let now = try await scenario.truth(host)
        #expect(now.firmwareFiles == old.firmwareFiles && now.running == old.running && now.bootID == old.bootID)
        #expect(now.effects == old.effects && now.computeActive)
        #expect(await scenario.service(host)?.isEnabled == true)
      }
      #expect(await scenario.novaChanges().isEmpty)
      // It is nobody's yet: an emergency takes the host.
      let (rescued, _) = try await scenario.apply(
        ["h1", "--to", "older", "--emergency", "--reason", "bad image"], command: "downgrade")
      #expect(rescued.status == 0, "\(rescued.stderr)")
    }
  }

  @Test func aScheduledRolloutRunsNowhereElse() async throws {
    try await Self.twoHosts { scenario in
      try Self.file(scenario, Self.schedule(approvals: 1))
      _ = try await Self.serving(scenario) { _ in
        try await Self.until { try await !Self.rollouts(scenario).isEmpty }
      }
      let row = try #require(try await Self.rollouts(scenario).first)
      #expect(row.state == "paused")
      let resumed = try await scenario.sevfleet("rollout", "resume", row.id, "--json")
      #expect(resumed.status == 64 && resumed.stdout.contains("\"scheduled\""), "\(resumed.stdout)")
      let approved = try await scenario.sevfleet("rollout", "approve", row.id)
      #expect(approved.status == 0, "also while nobody serves: \(approved.stderr)")
      let ended = try await Self.serving(scenario) { _ in
        try await Self.until { try await Self.rollouts(scenario).first?.state == "finished" }
      }
      #expect(ended.status == 130, "\(ended.stderr)")
      #expect(try await scenario.truth("h2").running == LabVersion(1, 55, 34))
    }
  }

  @Test func otherCommandsAreTakenOverAndFollowed() async throws {
    try await Self.twoHosts { scenario in
      _ = try await Self.serving(scenario) { _ in
        let (applied, rollout) = try await scenario.apply()
        #expect(applied.status == 0, "\(applied.stderr)")
        #expect(applied.stderr.contains("serve"), "who does it is said: \(applied.stderr)")
        #expect(rollout.hosts.map(\.outcome) == ["converged", "converged"])
        let (back, down) = try await scenario.apply(
          ["h1", "--to", "older", "--emergency", "--reason", "bad image"], command: "downgrade")
        #expect(back.status == 0, "\(back.stderr)")
        #expect(down.hosts.map(\.outcome) == ["converged"])
        let nothing = try await scenario.sevfleet("host", "release", "h1", "--reason", "none", "--json")
        #expect(nothing.status == 64 && nothing.stdout.contains("notQuarantined"), "\(nothing.stdout)")
        let unleased = try await scenario.sevfleet("host", "adopt", "h1", "--reason", "none", "--json")
        #expect(unleased.status == 64 && unleased.stdout.contains("notLeased"), "\(unleased.stdout)")
      }
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 29))
    }
  }

  @Test func aQuarantinedHostIsGivenBack() async throws {
    try await Self.twoHosts { scenario in
      try await scenario.world.lab.set(.silentRefusal, on: "h1")
      _ = try await Self.serving(scenario) { _ in
        let (applied, rollout) = try await scenario.apply(["h1"])
        #expect(applied.status == 3, "\(applied.stderr)")
        #expect(rollout.hosts.map(\.outcome) == ["quarantined"])
        #expect(await scenario.service("h1")?.isEnabled == false)
        try await scenario.world.lab.clear(.silentRefusal, on: "h1")
        try await Arrange.release(scenario)
        #expect(await scenario.service("h1")?.isEnabled == true)
      }
    }
  }

  /// Killed in the middle, and served again: the same rollout ends as an undisturbed one does.
  @Test func aKilledOneIsTakenUpByTheNext() async throws {
    try await Self.twoHosts { scenario in
      try Self.file(scenario, Self.schedule(approvals: 0))
      try await scenario.world.lab.set(.slow(milliseconds: 100), on: "h1")
      let killed = try await Self.serving(scenario, signal: SIGKILL) { _ in
        try await Self.until { await scenario.service("h1")?.isEnabled == false }
      }
      #expect(killed.wasKilled)
      try await scenario.world.lab.clear(.slow, on: "h1")
      let row = try #require(try await Self.rollouts(scenario).first)
      let ended = try await Self.serving(scenario) { _ in
        try await Self.until { try await Self.rollouts(scenario).first?.state == "finished" }
      }
      #expect(ended.status == 130, "\(ended.stderr)")
      let report = try await scenario.sevfleet("rollout", "show", row.id, "--json")
      #expect(try RolloutSeen.read(report).hosts.map(\.outcome) == ["converged", "converged"])
      for host in ["h1", "h2"] { #expect(await scenario.service(host)?.isEnabled == true) }
    }
  }

  /// Two persons, by policy, with and without a daemon; and one who breaks the glass.
  @Test func anEmergencyWaitsForASecondPerson() async throws {
    let policy = "waves: [100%]\nmax_unavailable: 2\nemergency: {approvals: 1}\n"
    let words = ["downgrade", "--to", "older", "--emergency", "--reason", "bad image", "--yes", "--json"]
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], policy: policy) { scenario in
        for (host, serves) in [("h1", false), ("h2", true)] {
          func ask(_ person: String, _ words: [String]) async throws -> Program.Ended {
            try await scenario.sevfleet(words, environment: ["SUDO_USER": person])
          }
          func play() async throws {
            let asked = try await ask("ada", words + [host])
            #expect(asked.status == 130, "\(asked.stderr)")
            let id = try #require(try RolloutSeen.read(asked).id)
            #expect(asked.stderr.contains("rollout approve \(id)"), "\(asked.stderr)")
            let again = try await ask("eve", words + [host])
            #expect(try again.status == 130 && RolloutSeen.read(again).id == id, "the same wish: \(again.stderr)")
            let own = try await ask("ada", ["rollout", "approve", id, "--json"])
            #expect(own.status == 64 && own.stdout.contains("samePerson"), "\(own.stdout)")
            let why = try await ask("ada", ["why", id])
            #expect(why.stdout.contains("ada asked for it; it waits for 1 approval"), "\(why.stdout)")
            if !serves {
              let early = try await ask("ada", ["rollout", "resume", id, "--yes", "--json"])
              #expect(early.status == 64 && early.stdout.contains("\"awaitsApproval\""), "\(early.stdout)")
            }
            #expect(try await scenario.truth(host).running == LabVersion(1, 55, 31), "nobody has agreed")
            let agreed = try await ask("bob", ["rollout", "approve", id])
            #expect(agreed.status == 0, "\(agreed.stderr)")
            #expect(agreed.stderr.contains("EMERGENCY: bad image"), "whoever agrees sees to what: \(agreed.stderr)")
            if serves {
              try await Self.until { try await Self.rollouts(scenario).first { $0.id == id }?.state == "finished" }
            } else {
              let resumed = try await ask("ada", ["rollout", "resume", id, "--yes"])
              #expect(resumed.status == 0, "\(resumed.stderr)")
            }
            #expect(try await scenario.truth(host).running == LabVersion(1, 55, 29))
          }
          if serves {
            _ = try await Self.serving(scenario) { _ in try await play() }
          } else {
            try await play()
          }
        }
        let up = try await scenario.sevfleet("apply", "h1", "--yes", "--json")
        #expect(up.status == 0, "\(up.stderr)")
        let asked = try #require(try RolloutSeen.read(try await scenario.sevfleet(words + ["h1"])).id)
        let broken = try await scenario.sevfleet(words + ["h1", "--break-glass", "nobody is awake"])
        #expect(broken.status == 0, "\(broken.stderr)")
        let began = try #require(try RolloutSeen.read(broken).id)
        for words in [["rollout", "report", began], ["rollout", "show", began], ["why", began], ["history", "h1"]] {
          for json in [[], ["--json"]] {
            let told = try await scenario.sevfleet(words + json)
            #expect(told.stdout.contains("without anybody else's approval: nobody is awake"), "\(words) \(told.stdout)")
          }
        }
        let late = try await scenario.sevfleet(
          ["rollout", "approve", asked, "--json"], environment: ["SUDO_USER": "bob"])
        #expect(late.status == 64 && late.stdout.contains("\"halted\""), "it was begun without him: \(late.stdout)")
        for text in ["", " "] {
          let empty = try await scenario.sevfleet(words + ["h1", "--break-glass", text])
          #expect(empty.status == 64, "\(empty.stderr)")
        }
      }
    }
  }

  /// A signal lets hosts come to a step boundary, tells nothing, and the next one goes on.
  @Test func aSignalLeavesItForTheNext() async throws {
    try await Self.twoHosts { scenario in
      try await scenario.world.lab.set(.slow(milliseconds: 100), on: "h1")
      var follower: Task<Program.Ended, any Error>?
      let left = try await Self.serving(scenario) { _ in
        follower = Task { try await scenario.sevfleet("apply", "--yes", "--json") }
        try await Self.until { await scenario.service("h1")?.isEnabled == false }
      }
      #expect(left.status == 130, "\(left.stderr)")
      let followed = try #require(try await follower?.value)
      #expect(followed.status == 130, "it was not done when its controller went: \(followed.stderr)")
      try await scenario.world.lab.clear(.slow, on: "h1")
      _ = try await Self.serving(scenario) { _ in
        try await Self.until { try await Self.rollouts(scenario).first?.state == "finished" }
      }
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 34))
    }
  }
}
