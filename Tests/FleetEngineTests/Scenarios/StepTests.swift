import FleetLab
import Foundation
import Testing

/// What single steps promise at their edges: the door, the proof before each act, packages, and what is taken back.
@Suite struct StepTests {
  private static let path = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
  private static let ownCommand =
    "activation: {compute_stop: {command: [/usr/bin/systemctl, stop, nova-compute.service]}}\n"

  private static func play<Value: Sendable>(
    target: String = "newer", policy: String = "", spec: (inout LabHostSpec) -> Void = { _ in },
    _ body: @Sendable @escaping (Scenario) async throws -> Value
  ) async throws -> Value {
    var host = LabHostSpec.milan("h1")
    spec(&host)
    let hosts = [host, .milan("h2")]
    return try await Lanes.shared.run {
      try await Scenario.with(hosts: hosts, target: target, policy: policy) { scenario in
        // The floor is learnt while the host is well, as in life.
        _ = try await scenario.sevfleet("probe", "h1")
        return try await body(scenario)
      }
    }
  }

  private static func stops(_ truth: LabTruth) -> Int {
    truth.rootCommands.filter { $0.contains("systemctl stop") }.count
  }

  // MARK: The door (RULES E1)

  @Test func anOwnCommandClosesTheDoorOnceAndOpensItAgain() async throws {
    try await Self.play(policy: Self.ownCommand) { scenario in
      let (ended, rollout) = try await scenario.apply(["h1"])
      let truth = try await scenario.truth("h1")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(try rollout.host("h1").outcome == "converged")
      #expect(Self.stops(truth) == 1)
      #expect(truth.computeActive)
    }
  }

  @Test func anOwnCommandOpensTheDoorOnTheReturnPath() async throws {
    let policy = Self.ownCommand + "hooks: {pre_activate: {argv: [/bin/false]}}\n"
    try await Self.play(policy: policy) { scenario in
      let (ended, rollout) = try await scenario.apply(["h1"])
      let host = try rollout.host("h1")
      #expect(host.outcome == "skipped" && host.kind == "hookVeto", "\(host.text) \(ended.stderr)")
      #expect(try await scenario.truth("h1").computeActive)
      #expect(await scenario.service("h1")?.isEnabled == true)
    }
  }

  // MARK: The proof before each act (RULES E)

  @Test func aLostControllerProvesAgainBeforeItResets() async throws {
    let arguments = ["downgrade", "h1", "--to", "older", "--json", "--yes"]
    let point = try await Self.play(target: "older") { scenario in
      let log = "\(scenario.folder)/points"
      _ = try await scenario.sevfleet(arguments, environment: ["SEVFLEET_FAILPOINT_LOG": log])
      let points = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      return points.firstIndex { $0.hasSuffix("before h1 effect reset") }.map { $0 + 1 }
    }
    let number = try #require(point)
    try await Self.play(target: "older") { scenario in
      let killed = try await scenario.sevfleet(arguments, environment: ["SEVFLEET_FAILPOINT": "\(number)"])
      #expect(killed.wasKilled, "\(killed.stderr)")
      try await scenario.world.lab.set(.unknownVM, on: "h1")
      let resumed = try await scenario.sevfleet(arguments)
      let host = try RolloutSeen.read(resumed).host("h1")
      #expect(host.outcome == "quarantined" && host.kind == "unknownVMs", "\(host.text) \(resumed.stderr)")
      #expect(try await scenario.truth("h1").bootCount == 1, "a host with a VM is not reset")
    }
  }

  @Test func aReloadThatAVMRefusedLeadsToNoReset() async throws {
    try await Self.play { scenario in
      try await scenario.world.lab.set(
        .vmAppears(.command(containing: "setsid"), .none, known: false, times: 1), on: "h1")
      let (ended, rollout) = try await scenario.apply(["h1"])
      let host = try rollout.host("h1")
      let truth = try await scenario.truth("h1")
      #expect(host.outcome == "quarantined", "\(host.text) \(ended.stderr)")
      #expect(["unknownVMs", "serverAppeared"].contains(host.kind), "\(host.text)")
      #expect(truth.bootCount == 1 && truth.guests.count == 1)
      #expect(host.found != nil && host.armed != nil, "a quarantined host tells what runs and what will")
    }
  }

  // MARK: Looking

  /// Where SNP is not up, asking for its status may start it (FACTS 2.10): then snphost is not asked at all.
  @Test func snphostIsAskedOnlyWhereSNPIsUp() async throws {
    for isUp in [true, false] {
      try await Self.play(spec: { $0.snpEnabled = isUp }) { scenario in
        let commands = try await scenario.truth("h1").rootCommands
        #expect(commands.contains { $0.contains("snphost") } == isUp, "\(commands)")
      }
    }
  }

  // MARK: Backup

  /// With the rule for it, and without: it is evidence, and its absence stops nothing.
  @Test func aBackupKnowsTheInitramfs() async throws {
    for isRefused in [false, true] {
      try await Self.play { scenario in
        if isRefused { try await scenario.world.lab.set(.sudoRefused(command: "/usr/bin/sha256sum /boot/*"), on: "h1") }
        let (ended, _) = try await scenario.apply(["h1"])
        #expect(ended.status == 0, "\(ended.stderr)")
        let list = try await scenario.sevfleet("backup", "list", "h1", "--json").stdout
        let hash = list.firstMatch(of: /"initramfsSHA256" *: *"(?<hash>[0-9a-f]{64})"/)
        #expect((hash == nil) == isRefused, "\(list)")
      }
    }
  }

  // MARK: What is tried before a server moves (RULES O1)

  /// `ccp` of a kernel that does not declare the file's name: no tool would put it into the initramfs (FACTS 2.3).
  @Test func aNameThatNoToolCopiesIsSeenByPrepare() async throws {
    try await Lanes.shared.run {
      var turin = LabHostSpec.turin("h1")
      turin.ccpInInitramfs = true
      try await Scenario.with(hosts: [turin, .turin("h2")], servers: [.init("web", on: "h1")]) { scenario in
        let (ended, rollout) = try await scenario.apply(["h1"])
        let host = try rollout.host("h1")
        #expect(host.outcome == "skipped" && host.kind == "prepareFailed", "\(host.text) \(ended.stderr)")
        #expect(host.text.contains("does not name amd/amd_sev_fam1ah_model0xh.sbin"), "\(host.text)")
        #expect(await scenario.novaChanges().filter(\.isMove).isEmpty, "no server was moved")
      }
    }
  }

  // MARK: Packages (RULES P)

  @Test func aDiversionIsTakenBackWithTheFile() async throws {
    try await Self.play(policy: "packages: divert\n", spec: { $0.ccpInInitramfs = true }) { scenario in
      let before = try await scenario.truth("h1").firmwareFiles
      try await scenario.world.lab.set(.initramfsToolFails, on: "h1")
      let (ended, rollout) = try await scenario.apply(["h1"])
      let host = try rollout.host("h1")
      let truth = try await scenario.truth("h1")
      #expect(host.outcome == "skipped" && host.kind == "stageFailed", "\(host.text) \(ended.stderr)")
      #expect(truth.firmwareFiles == before)
      #expect(truth.count(.diversionChanged) == 2, "made and taken back")
    }
  }

  @Test func aDiversionKeepsThePackagesFileAside() async throws {
    try await Self.play(policy: "packages: divert\n") { scenario in
      let (ended, _) = try await scenario.apply(["h1"])
      let truth = try await scenario.truth("h1")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(truth.firmwareFiles[Self.path] == FaultRow.new)
      #expect(truth.firmwareFiles[Self.path + ".distrib"] == FaultRow.old)
    }
  }
}
