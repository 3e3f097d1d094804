import Testing

/// What goes wrong in a drain, and how the host is given back (RULES U1, D6, D7, D9).
extension BedTests {
  @Test func moveThatKeepsFailingIsGivenUp() async throws {
    try await BedScenario.play { bed in
      try await bed.boot("web", metadata: ["lab_live": "fail"])
      let result = try await bed.apply()
      try Self.expect(result, "skipped", kind: "serverFailed", exit: 3)
      try await Self.expectGivenBack(bed, "web")
      let records = try await bed.migrations("web")
      #expect(records.count == 3, "the tries are bounded")
      #expect(records.allSatisfy { $0.status == "error" || $0.status == "failed" }, "\(records)")
    }
  }

  @Test func moveThatHangsIsAbortedAtTheDeadline() async throws {
    try await BedScenario.play(policy: "drain: {confirm_after: 1s, deadline: 20s}\n") { bed in
      try await bed.boot("web", metadata: ["lab_live": "hang"])
      let result = try await bed.apply()
      try Self.expect(result, "skipped", kind: "drainDeadline", exit: 3)
      try await Self.expectGivenBack(bed, "web")
      #expect(try await bed.migrations("web").map(\.status) == ["cancelled"])
    }
  }

  /// Two servers that must stay together fit on no other host.
  @Test func serverThatFitsNowhereIsLeft() async throws {
    try await BedScenario.play { bed in
      let group = try await bed.group("affinity")
      try await bed.boot("left", group: group)
      try await bed.boot("right", group: group)
      let result = try await bed.apply()
      try Self.expect(result, "skipped", kind: "serverFailed", exit: 3)
      try await Self.expectGivenBack(bed, "left")
      try await Self.expectGivenBack(bed, "right")
    }
  }

  @Test func serviceEnabledBySomebodyStopsTheHost() async throws {
    try await BedScenario.play { bed in
      try await bed.boot("web", metadata: ["lab_live": "slow=30"])
      let result = try await bed.apply {
        try await bed.liveMoveRuns("web")
        let service = try await bed.service()
        #expect(!service.isEnabled)
        #expect(service.disabled_reason?.hasPrefix("sevfleet:") == true)
        try await bed.cloud.enable(service.id)
      }
      try Self.expect(result, "skipped", kind: "serviceTakenOver", exit: 3)
      try await Self.expectGivenBack(bed, "web")
      #expect(try await bed.migrations("web").map(\.status) == ["cancelled"])
    }
  }

  @Test func tokenThatEndsInMidDrainIsRenewed() async throws {
    try await BedScenario.play { bed in
      try await bed.boot("web", metadata: ["lab_live": "slow=8"])
      let result = try await bed.apply {
        try await bed.liveMoveRuns("web")
        try await bed.cloud.endEveryToken()
      }
      try Self.expect(result, "converged", exit: 0)
      try await Self.expectInService(bed)
      try await Self.expectUpgraded(bed, true)
      try await Self.expectServer(bed, "web", "ACTIVE", moved: true)
      #expect(try await bed.migrations("web").map(\.status) == ["completed"])
    }
  }

  /// It dies in mid-move, and comes back once the program has turned back.
  @Test func computeThatDiesInMidDrainIsSettledOnceItIsBack() async throws {
    try await BedScenario.play { bed in
      let id = try await bed.boot("web", metadata: ["lab_live": "slow=60"])
      let result = try await bed.apply {
        try await bed.liveMoveRuns("web")
        try await bed.cloud.control(Self.drained, "kill")
        try await eventually("an abort of the move") {
          let actions = try await bed.cloud.actions(id)
          return (actions.contains("live_migration_cancel") ? true : nil, "\(actions)")
        }
        #expect(try await bed.service().state == "down")
        try await bed.cloud.control(Self.drained, "start")
      }
      try Self.expect(result, "skipped", kind: "computeUnknown", exit: 3)
      try await Self.expectGivenBack(bed, "web")
      let unfinished = try await bed.migrations("web").filter { !["error", "failed", "cancelled"].contains($0.status) }
      #expect(unfinished.isEmpty, "\(unfinished)")
    }
  }

  /// The server runs where it was, the service is as before, and the firmware was not touched.
  private static func expectGivenBack(_ bed: BedScenario, _ name: String) async throws {
    try await expectInService(bed)
    try await expectUpgraded(bed, false)
    try await expectServer(bed, name, "ACTIVE", moved: false)
  }
}
