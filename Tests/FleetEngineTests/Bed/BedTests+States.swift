import Testing

/// What a drain does with servers by their state and by their encryption (RULES D, E2).
extension BedTests {
  @Test func everyStateIsTreatedByItsRule() async throws {
    try await BedScenario.play { bed in
      for name in ["web", "off", "paused", "asleep", "broken"] { try await bed.boot(name) }
      try await bed.bring("off", to: "SHUTOFF", ["os-stop": true])
      try await bed.bring("paused", to: "PAUSED", ["pause": true])
      try await bed.bring("asleep", to: "SUSPENDED", ["suspend": true])
      try await bed.bring("broken", to: "ERROR", ["os-resetState": ["state": "error"]])
      let result = try await bed.apply()
      try Self.expect(result, "converged", exit: 0)
      try await Self.expectInService(bed)
      try await Self.expectUpgraded(bed, true)
      try await Self.expectServer(bed, "web", "ACTIVE", moved: true)
      try await Self.expectServer(bed, "paused", "PAUSED", moved: true)
      for (name, status) in [("off", "SHUTOFF"), ("asleep", "SUSPENDED"), ("broken", "ERROR")] {
        try await Self.expectServer(bed, name, status, moved: false)
        #expect(try await bed.migrations(name).isEmpty, "\(name) is left alone")
      }
      for name in ["web", "paused"] {
        let records = try await bed.migrations(name)
        #expect(records.map(\.migration_type) == ["live-migration"], "\(name)")
        #expect(records.map(\.status) == ["completed"], "\(name)")
      }
    }
  }

  /// Two moves each by Nova's records, the second to the host that it came from.
  @Test func serversComeHomeWherePolicySaysSo() async throws {
    try await BedScenario.play(policy: "drain: {return_home: live, deadline: 120s}\n") { bed in
      for name in ["web", "paused", "off"] { try await bed.boot(name) }
      try await bed.bring("paused", to: "PAUSED", ["pause": true])
      try await bed.bring("off", to: "SHUTOFF", ["os-stop": true])
      let result = try await bed.apply()
      try Self.expect(result, "converged", exit: 0)
      try await Self.expectInService(bed)
      try await Self.expectUpgraded(bed, true)
      for (name, status) in [("web", "ACTIVE"), ("paused", "PAUSED"), ("off", "SHUTOFF")] {
        try await Self.expectServer(bed, name, status, moved: false)
        let records = try await bed.migrations(name)
        #expect(records.map(\.status) == (name == "off" ? [] : ["completed", "completed"]), "\(name)")
        #expect(records.allSatisfy { $0.migration_type == "live-migration" }, "\(name)")
      }
    }
  }

  @Test func encryptedServerIsMovedColdWhereItsRestartWasAccepted() async throws {
    try await BedScenario.play(policy: "drain: {sev: cold, confirm_after: 1s, deadline: 120s}\n") { bed in
      try await bed.boot("secret", flavor: "sev.small", image: .uefi)
      let result = try await bed.apply(["--accept-restarts", "1"])
      try Self.expect(result, "converged", exit: 0)
      try await Self.expectInService(bed)
      try await Self.expectUpgraded(bed, true)
      try await Self.expectServer(bed, "secret", "ACTIVE", moved: true)
      let records = try await bed.migrations("secret")
      #expect(records.map(\.migration_type) == ["migration"], "never live")
      #expect(records.map(\.status) == ["confirmed"])
      let actions = try await bed.cloud.actions(try await bed.id("secret"))
      #expect(actions.contains("confirmResize"), "it stood in VERIFY_RESIZE: \(actions)")
    }
  }

  @Test func encryptedServerWaitsForItsOwnerByDefault() async throws {
    try await BedScenario.play { bed in
      try await bed.boot("secret", flavor: "sev.small", image: .uefi)
      try await Self.expectBlocked(bed, "secret")
    }
  }

  @Test func imageMayAskForEncryptionToo() async throws {
    try await BedScenario.play { bed in
      try await bed.cloud.withEncryption(of: .uefi) { try await bed.boot("sealed", image: .uefi) }
      try await Self.expectBlocked(bed, "sealed")
      let plan = try await bed.scenario.sevfleet("plan", Self.drained, "--json")
      #expect(plan.stdout.contains("sev server"), "\(plan.stdout)")
    }
  }

  @Test func serviceDisabledByAnOperatorStaysDisabled() async throws {
    try await BedScenario.play { bed in
      try await bed.boot("web")
      try await bed.cloud.disable(try await bed.service().id, reason: "memory is replaced on Friday")
      let result = try await bed.apply()
      try Self.expect(result, "converged", exit: 0)
      let service = try await bed.service()
      #expect(!service.isEnabled)
      #expect(service.disabled_reason == "memory is replaced on Friday")
      try await Self.expectUpgraded(bed, true)
      try await Self.expectServer(bed, "web", "ACTIVE", moved: true)
    }
  }

  /// Excluded before anything was touched.
  private static func expectBlocked(_ bed: BedScenario, _ name: String) async throws {
    let (ended, rollout) = try await bed.apply()
    #expect(ended.status == 3, "\(ended.stderr)")
    #expect(rollout.hosts.isEmpty)
    #expect(ended.stderr.contains("(serversBlocked)"), "\(ended.stderr)")
    try await expectInService(bed)
    try await expectUpgraded(bed, false)
    try await expectServer(bed, name, "ACTIVE", moved: false)
    #expect(try await bed.migrations(name).isEmpty)
  }
}
