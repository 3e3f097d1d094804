import FleetCommands
import FleetCore
import FleetStore
import Testing

@Suite("`why` tells only reasons that are not over") struct WhyTests {
  private typealias Look = Result<Observation, ProbeFailure>

  private struct Row: Sendable {
    var exclusion: Exclusion
    /// What was seen after the plan.
    var look: Look?
    var isOver: Bool
  }

  private static var seen: Observation { Observation(host: StubRun.host, observedAt: StubRollout.time(60)) }

  private static var refused: Observation {
    var seen = seen
    seen.sudoRefused = ["/usr/bin/sha256sum"]
    return seen
  }

  private static let failed = Look.failure(ProbeFailure(kind: .unreachable, text: "no answer"))

  private static var rows: [Row] {
    let unreachable: [ExclusionKind] = [.unreachable, .hostKeyMismatch, .noAlgorithm, .notReady]
    var rows = unreachable.flatMap { kind in
      let exclusion = Exclusion(kind, rule: "O1", "no answer")
      return [
        Row(exclusion: exclusion, look: nil, isOver: false), Row(exclusion: exclusion, look: failed, isOver: false),
        Row(exclusion: exclusion, look: .success(seen), isOver: true),
      ]
    }
    let sudo = Exclusion(.sudoRefused, rule: "O1", "sudo refuses it")
    rows += [
      Row(exclusion: sudo, look: nil, isOver: false), Row(exclusion: sudo, look: .success(refused), isOver: false),
      Row(exclusion: sudo, look: .success(seen), isOver: true),
      // The journal knows of no quarantine and no rollout any more.
      Row(exclusion: Exclusion(.quarantined, rule: "U2", "it is quarantined"), look: nil, isOver: true),
      Row(exclusion: Exclusion(.otherMaintenance, rule: "K", "rollout r0 has work"), look: nil, isOver: true),
      // What a look at the host cannot tell.
      Row(
        exclusion: Exclusion(.otherMaintenance, rule: "D9", "somebody's reason"), look: .success(seen), isOver: false),
      Row(exclusion: Exclusion(.needsBIOS, rule: "A4", "an older BIOS"), look: .success(seen), isOver: false),
      Row(exclusion: Exclusion(.computeUnknown, rule: "E", "no answer"), look: .success(seen), isOver: false),
    ]
    return rows
  }

  @Test func anExclusionIsToldUntilItIsOver() throws {
    for row in Self.rows {
      let rollout = try StubRollout()
      try rollout.exclude(row.exclusion)
      if let look = row.look { try rollout.look(look) }
      let answer = try Why.answer(StubRun.host, rollout.store)
      let name = "\(row.exclusion.kind) \(row.exclusion.rule)"
      #expect(answer.kind == (row.isOver ? "noPlan" : row.exclusion.kind.rawValue), "\(name)")
      #expect(answer.rule == row.exclusion.rule, "\(name)")
      #expect(answer.text.contains("that is over") == row.isOver, "\(name): \(answer.text)")
      #expect(answer.text.contains(row.exclusion.text), "\(name): \(answer.text)")
    }
  }

  @Test func aQuarantineIsToldUntilItsRelease() throws {
    let rollout = try StubRollout()
    _ = try rollout.quarantine()
    let before = try Why.answer(StubRun.host, rollout.store)
    #expect(before.kind == "quarantined" && before.rule == "U2", "\(before.text)")
    #expect(before.text.hasPrefix("it is quarantined: "), "\(before.text)")
    try rollout.store.append(
      .run(.released(reason: "looked at")), rollout: StubRun.rollout, host: StubRun.host, at: StubRollout.time(9))
    let after = try Why.answer(StubRun.host, rollout.store)
    #expect(after.text.contains("released since"), "\(after.text)")
    #expect(after.kind == FailureKind.reloadFailed.rawValue)
  }

  @Test func whatAPersonDoesIsToldWhereSEVDidNotStart() throws {
    for code in [nil, 10, 20, 24, 37, 99] as [Int?] {
      let rollout = try StubRollout()
      _ = try rollout.quarantine()
      var seen = Self.seen
      seen.firmware.kernelLog = KernelLogFacts()
      if let code { seen.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: code, line: "failed to INIT")] }
      try rollout.look(.success(seen))
      let around = WhySurroundings(
        commandLine: { $0.joined(separator: " ") }, facts: Facts(firmwareErrors: [24: "SECURE_DATA_INVALID"]))
      let answer = try Why.answer(StubRun.host, rollout.store, around)
      #expect(answer.kind == "quarantined", "the reason stays the first thing told")
      #expect(answer.playbook.isEmpty == (code == nil), "\(answer.playbook)")
      guard let code else { continue }
      let name = code == 24 ? "SECURE_DATA_INVALID (24)" : "error 0x\(Hex.padded(code, 1))"
      #expect(answer.playbook.first?.text.contains(name) == true, "\(answer.playbook)")
      #expect(answer.playbook.last?.command == "host release \(StubRun.host) --reason TEXT", "\(answer.playbook)")
    }
  }

  @Test func nothingIsKnownOfAHostThatNoPlanNames() throws {
    #expect(try Why.answer(StubRun.host, StubRollout().store).kind == "noPlan")
  }
}
