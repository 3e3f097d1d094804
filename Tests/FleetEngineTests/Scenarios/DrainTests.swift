import FleetLab
import Foundation
import Testing

/// Drains that switch servers off, and what other people do meanwhile, seen through the program and the lab's own word.
@Suite(.serialized) struct DrainTests {
  private static let restart = ["h1", "--accept-restarts", "1"]
  private static let confidential: [LabWorldSpec.Server] = [.init("sev", flavor: "sev.small", on: "h1")]

  private static func with<Value>(
    drain: String, servers: [LabWorldSpec.Server] = confidential, fault: LabFault? = nil,
    _ body: (Scenario) async throws -> Value
  ) async throws -> Value {
    var spec = LabHostSpec.milan("h1")
    spec.ccpInInitramfs = fault == .initramfsToolFails
    return try await Scenario.with(
      hosts: [spec, .milan("h2")], servers: servers, change: { $0.policyText = "drain: {\(drain)}\n" }
    ) { scenario in
      if let fault {
        _ = try await scenario.sevfleet("probe", "h1")
        try await scenario.world.lab.set(fault, on: "h1")
      }
      return try await body(scenario)
    }
  }

  private static func actions(_ scenario: Scenario, _ name: String) async -> [String] {
    await scenario.novaChanges().filter { $0.server == scenario.world.servers[name] }.compactMap(\.action)
  }

  /// Waits for the server to stand in VERIFY_RESIZE on the other host; the limit is a backstop against a hang.
  private static func untilItWaits(_ scenario: Scenario, _ name: String) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while await scenario.server(name)?.status != "VERIFY_RESIZE" {
      try #require(ContinuousClock.now < end, "\(name) was never moved cold")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private static func expect(
    _ ended: Program.Ended, _ rollout: RolloutSeen, _ outcome: String, exit: Int32,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let host = try rollout.host("h1")
    #expect(ended.status == exit, "\(ended.stderr)", sourceLocation: sourceLocation)
    #expect(host.outcome == outcome, "\(host.text)", sourceLocation: sourceLocation)
  }

  // MARK: Stopping

  @Test func stoppedServerStaysAndIsStartedAgain() async throws {
    try await Self.with(drain: "sev: stop, confirm_after: 200ms, deadline: 60s") { scenario in
      let (ended, rollout) = try await scenario.apply(Self.restart)
      try Self.expect(ended, rollout, "converged", exit: 0)
      #expect(await Self.actions(scenario, "sev") == ["os-stop", "os-start"])
      let server = await scenario.server("sev")
      #expect(server?.host == "h1", "it never moved")
      #expect(server?.status == "ACTIVE")
      #expect(await scenario.service("h1")?.isEnabled == true)
    }
  }

  /// It was stopped to be out of the way; moving it as well would switch it off twice (RULES D4).
  @Test func stoppedServerIsNotMovedWhereShutoffServersAre() async throws {
    try await Self.with(drain: "sev: stop, shutoff: move, confirm_after: 200ms, deadline: 60s") { scenario in
      let (ended, rollout) = try await scenario.apply(Self.restart)
      try Self.expect(ended, rollout, "converged", exit: 0)
      #expect(await Self.actions(scenario, "sev") == ["os-stop", "os-start"])
      #expect(await scenario.server("sev")?.host == "h1")
    }
  }

  @Test func stoppedServerIsStartedOnTheReturnPath() async throws {
    try await Self.with(
      drain: "sev: stop, confirm_after: 200ms, deadline: 60s", fault: .initramfsToolFails
    ) { scenario in
      let (ended, rollout) = try await scenario.apply(Self.restart)
      try Self.expect(ended, rollout, "skipped", exit: 3)
      #expect(await Self.actions(scenario, "sev") == ["os-stop", "os-start"])
      #expect(await scenario.server("sev")?.status == "ACTIVE")
    }
  }

  // MARK: Cold moves and other people

  @Test func moveThatSomebodyElseConfirmsIsSettled() async throws {
    try await Self.with(drain: "sev: cold, confirm_after: 10s, deadline: 90s") { scenario in
      async let applied = scenario.apply(Self.restart)
      try await Self.untilItWaits(scenario, "sev")
      try await scenario.world.compute?.confirmMove(of: scenario.world.servers["sev"] ?? "")
      let (ended, rollout) = try await applied
      try Self.expect(ended, rollout, "converged", exit: 0)
      #expect(await Self.actions(scenario, "sev") == ["migrate"], "nobody of ours confirmed it")
      #expect(await scenario.server("sev")?.host == "h2")
    }
  }

  /// It was switched off once; a second move in the same rollout would do it again (RULES D4).
  @Test func moveThatItsOwnerTakesBackIsNotRepeated() async throws {
    try await Self.with(drain: "sev: cold, confirm_after: 10s, deadline: 90s") { scenario in
      async let applied = scenario.apply(Self.restart)
      try await Self.untilItWaits(scenario, "sev")
      try await scenario.world.compute?.revertMove(of: scenario.world.servers["sev"] ?? "")
      let (ended, rollout) = try await applied
      try Self.expect(ended, rollout, "skipped", exit: 3)
      #expect(try rollout.host("h1").kind == "serverFailed")
      #expect(await Self.actions(scenario, "sev") == ["migrate"])
      let server = await scenario.server("sev")
      #expect(server?.host == "h1")
      #expect(server?.status == "ACTIVE")
      #expect(await scenario.service("h1")?.isEnabled == true)
    }
  }

  @Test func serverThatIsDeletedInVerifyResizeHoldsNothing() async throws {
    try await Self.with(drain: "sev: cold, confirm_after: 10s, deadline: 90s") { scenario in
      async let applied = scenario.apply(Self.restart)
      try await Self.untilItWaits(scenario, "sev")
      await scenario.world.compute?.deleteServer(scenario.world.servers["sev"] ?? "")
      let (ended, rollout) = try await applied
      try Self.expect(ended, rollout, "converged", exit: 0)
      #expect(await Self.actions(scenario, "sev") == ["migrate"])
    }
  }

  /// A guest that ran and came back is not tried again.
  @Test func moveThatRollsBackIsNotRepeated() async throws {
    let server = LabWorldSpec.Server("sev", flavor: "sev.small", on: "h1", metadata: ["lab_cold": "rollback"])
    try await Self.with(drain: "sev: cold, confirm_after: 200ms, deadline: 60s", servers: [server]) { scenario in
      let (ended, rollout) = try await scenario.apply(Self.restart)
      try Self.expect(ended, rollout, "skipped", exit: 3)
      #expect(try rollout.host("h1").kind == "serverFailed")
      #expect(await Self.actions(scenario, "sev") == ["migrate"])
      #expect(await scenario.service("h1")?.isEnabled == true)
    }
  }

  // MARK: Models

  /// The flavor says "encrypted", the image says "with SEV-ES"; taken alone either would be something else.
  @Test func modelMayBeSplitOverFlavorAndImage() async throws {
    try await Self.with(drain: "confirm_after: 200ms, deadline: 60s", servers: []) { scenario in
      let compute = try #require(scenario.world.compute)
      await compute.addFlavor("split", extraSpecs: ["hw:mem_encryption": "true"])
      let image = await compute.addImage(
        "split",
        properties: [
          "hw_architecture": "x86_64", "hw_firmware_type": "uefi", "hw_machine_type": "q35",
          "hw_mem_encryption_model": "amd-sev-es",
        ])
      _ = try await compute.addServer("split", flavor: "split", host: "h1", boot: .image(image))
      let plan = try await scenario.sevfleet("plan", "h1", "--json")
      #expect(plan.stdout.contains("sev-es server"), "\(plan.stdout) \(plan.stderr)")
    }
  }

  // MARK: Findings

  @Test func serverLeftInErrorIsNamed() async throws {
    try await Self.with(drain: "confirm_after: 200ms, deadline: 60s", servers: []) { scenario in
      let compute = try #require(scenario.world.compute)
      // A server in ERROR whose process is gone.
      let id = try await compute.addServer("broken", host: "h1", state: .error)
      try await scenario.world.lab.stopGuest(host: "h1", uuid: id)
      let (ended, _) = try await scenario.apply(["h1"])
      #expect(ended.status == 0, "\(ended.stderr)")
      let history = try await scenario.sevfleet("history", "--json")
      #expect(history.stdout.contains("serverInError"), "\(history.stdout)")
    }
  }
}
