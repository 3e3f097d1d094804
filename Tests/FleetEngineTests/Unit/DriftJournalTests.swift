import FleetCore
import FleetEngine
import FleetStore
import Testing

@Suite("What a look outside a run found changed is told") struct DriftJournalTests {
  /// What the journal says of the host before the look.
  private enum Past: CaseIterable, Sendable {
    /// An earlier look.
    case seen
    /// A rollout quarantined it, and saw it once more when it did.
    case quarantined
    /// A rollout quarantined it and did not see it again: what is known is from before its work.
    case quarantinedUnseen
    /// A rollout is just at work on it.
    case underWork

    var isHeld: Bool { self == .underWork }
  }

  private static let version = FirmwareVersion(1, 55, 31)
  private static let newer = FirmwareVersion(1, 55, 36)
  private static let path = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"

  /// A host that runs `running`, with the file of `file` for its next reset.
  private struct Seen: Sendable {
    var running: FirmwareVersion
    var file: FirmwareVersion
    var boot: String

    var facts: RunFacts {
      RunFacts(
        version: running, features: SEVFeatures.judge(observation, facts: Facts()), bootID: boot, kernel: "6.8.0",
        afterReboot: file)
    }

    var observation: Observation {
      let world = StubWorld([], reason: StubRun.reason)
      var observation = StubHost(world).seen.observation
      observation.firmware.sevctl = running
      observation.files = [FirmwareFile(path: path, sha256: "f", version: file)]
      observation.bootID = boot
      return observation
    }
  }

  private static let before = Seen(running: version, file: version, boot: "boot-1")

  private static func rollout(_ past: Past, _ before: Seen) throws -> StubRollout {
    let rollout = try StubRollout()
    func record(_ phase: HostRun.Phase) throws {
      try rollout.write(.run(.recorded(phase: phase, facts: before.facts)), StubRun.host, at: 2)
    }
    switch past {
    case .seen: try rollout.write(.observed(before.facts), StubRun.host, at: 2)
    case .quarantined:
      _ = try rollout.quarantine()
      try record(.after)
    case .quarantinedUnseen:
      _ = try rollout.quarantine()
      try record(.before)
    case .underWork:
      try rollout.begin([StubRun.change()])
      let lease = StubRun.done(EffectID(.takeLease))
      for event in [HostRun.Event.stepStarted(step: .observe, attempt: 1)] + lease {
        try rollout.write(.run(event), StubRun.host, at: 2)
      }
      try record(.before)
    }
    return rollout
  }

  /// What looks at the host add to the journal, in words.
  private static func told(_ past: Past, _ before: Seen, _ looks: [Seen]) async throws -> [String] {
    let rollout = try rollout(past, before)
    let world = StubWorld([], reason: StubRun.reason)
    let hosts = StubHost(world)
    let services = EngineServices(
      store: rollout.store, controller: StubRun.controller, hosts: hosts, compute: world, clock: world, facts: Facts(),
      catalog: Catalog(), moves: MoveSlots())
    let host = Host(
      id: StubRun.host, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(StubWorld.name),
      declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
    let seq = try rollout.store.lastSeq()
    for look in looks {
      let observation = look.observation
      hosts.change { $0.observation = observation }
      _ = try await PlanMaker(services: services).probe([host])
    }
    return try rollout.store.entries(after: seq).map { entry in
      #expect(entry.host == StubRun.host && entry.rollout == nil)
      if case .observed(let facts) = entry.event { return "runs \(facts.version?.description ?? "unknown")" }
      if case .finding(let kind, _) = entry.event { return kind }
      return entry.event.kind
    }
  }

  @Test("another version is told once, of a quarantined host too, and not of one under work") func version()
    async throws
  {
    let now = Seen(running: Self.newer, file: Self.newer, boot: "boot-1")
    for past in Past.allCases {
      let told = try await Self.told(past, Self.before, [Self.before, now, now])
      #expect(told == (past.isHeld ? [] : ["runs 1.55.36"]), "\(past)")
    }
  }

  @Test("another file for the next reset is told") func armed() async throws {
    let now = Seen(running: Self.version, file: Self.newer, boot: "boot-1")
    for past in Past.allCases {
      let told = try await Self.told(past, Self.before, [now, now])
      #expect(told == (past.isHeld ? [] : ["runs 1.55.31"]), "\(past)")
    }
  }

  /// What lay ready before a run is not what lies ready after it, and the run may itself have asked for the reboot.
  @Test("a reboot of an armed host is a finding, but where a run stands between") func reboot() async throws {
    let before = Seen(running: Self.version, file: Self.newer, boot: "boot-1")
    let now = Seen(running: Self.newer, file: Self.newer, boot: "boot-2")
    for past in Past.allCases {
      let told = try await Self.told(past, before, [now, now])
      switch past {
      case .seen, .quarantined: #expect(told == ["armedReboot", "runs 1.55.36"], "\(past)")
      case .quarantinedUnseen: #expect(told == ["runs 1.55.36"])
      case .underWork: #expect(told.isEmpty)
      }
    }
    let newest = FirmwareVersion(1, 55, 40)
    let armed = Seen(running: Self.newer, file: newest, boot: "boot-2")
    let then = Seen(running: newest, file: newest, boot: "boot-3")
    let told = try await Self.told(.quarantinedUnseen, before, [armed, then])
    #expect(told == ["runs 1.55.36", "armedReboot", "runs 1.55.40"], "later looks stand behind the run")
  }
}
