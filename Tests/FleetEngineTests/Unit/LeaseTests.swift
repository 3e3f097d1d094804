import FleetCore
import FleetEngine
import Testing

@Suite("K: two controllers keep out of each other's way") struct LeaseTests {
  private static let taking = EffectID(.takeLease)
  private static let giving = EffectID(.giveLease)
  private static let other = ControllerIdentity(id: String(repeating: "b", count: 32), hostName: "ctl2")
  private static let theirs = HostLease(line: other.holder(rollout: "r9").line)
  private static let down = HostError(.unreachable, "no route to it")

  private static func bed(_ lease: HostLease?) -> (StubWorld, StubHost) {
    let world = StubWorld([], reason: StubRun.reason)
    let hosts = StubHost(world)
    hosts.change { $0.observation.lease = lease }
    return (world, hosts)
  }

  private static func leasing(_ hosts: StubHost) -> [HostAct] {
    hosts.seen.acts.map(\.act).filter { act in
      switch act {
      case .takeLease, .replaceLease, .giveLease: true
      default: false
      }
    }
  }

  // MARK: Taking

  /// A run at its first step with an effect.
  private static func taking(_ world: StubWorld, _ hosts: StubHost, _ own: [HostRun.Event] = []) async throws
    -> HostRun
  {
    var run = StubRun(world, hosts)
    run.come(to: .backup, then: own)
    return try await run.drive().run
  }

  private struct TakingRow: Sendable {
    var name: String
    var lease: HostLease?
    var acts: [HostAct]
  }

  @Test("the lease is taken before anything else, and a lease of our own is taken up") func takes() async throws {
    let line = StubRun.lease.line
    let old = HostLease(line: StubRun.controller.holder(rollout: "r0").line)
    for row in [
      TakingRow(name: "no lease", lease: nil, acts: [.takeLease(holder: line)]),
      TakingRow(name: "left by an older run", lease: old, acts: [.replaceLease(holder: line)]),
      TakingRow(name: "adopted by a person", lease: old, acts: [.replaceLease(holder: line)]),
    ] {
      let (world, hosts) = Self.bed(row.lease)
      let run = try await Self.taking(world, hosts)
      #expect(Self.leasing(hosts) == row.acts, "\(row.name)")
      #expect(hosts.seen.acts.first?.act == row.acts.first, "\(row.name): before anything else")
      #expect(run.holdsLease && hosts.seen.observation.lease?.line == line, "\(row.name)")
    }
  }

  @Test("a lease of another controller stops the host before anything is done") func refused() async throws {
    for lease in [Self.theirs, HostLease(line: ""), HostLease(line: "by hand")] {
      let (world, hosts) = Self.bed(lease)
      let run = try await Self.taking(world, hosts)
      guard case .skipped(.backup, let failure) = run.state else {
        Issue.record("\(lease.line): \(run.state)")
        continue
      }
      #expect(failure.kind == .otherMaintenance && failure.found == lease.text, "\(failure)")
      #expect(hosts.seen.acts.isEmpty && run.effects.isEmpty, "\(hosts.seen.acts.map(\.act))")
      #expect(hosts.seen.observation.lease == lease)
    }
  }

  @Test("of two that take it at once one wins, and the other touches nothing") func race() async throws {
    let (world, hosts) = Self.bed(nil)
    hosts.change { state in
      // The other one was there between our look and our act.
      state.onAct = { state, act, _ in if case .takeLease = act { state.observation.lease = Self.theirs } }
    }
    let run = try await Self.taking(world, hosts)
    #expect(run.state.isSkipped && !run.holdsLease, "\(run.state)")
    #expect(hosts.seen.acts.count == 1 && hosts.seen.observation.lease == Self.theirs)
  }

  @Test("after a lost controller its own lease is recognised, and taken if it was not", arguments: [true, false])
  func resumed(wasTaken: Bool) async throws {
    let (world, hosts) = Self.bed(wasTaken ? StubRun.lease : nil)
    let run = try await Self.taking(
      world, hosts, [.effectIntended(effect: Self.taking, token: StubRun.lease.line)])
    #expect(run.holdsLease && run.openEffect(Self.taking) == nil)
    #expect(Self.leasing(hosts) == (wasTaken ? [] : [.takeLease(holder: StubRun.lease.line)]))
  }

  // MARK: While it is held

  @Test("a host that somebody took over meanwhile is not acted on any more", arguments: [theirs, nil] as [HostLease?])
  func takenOver(lease: HostLease?) async throws {
    let (world, hosts) = Self.bed(lease)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(.reboot)
    run.come(to: .activate)
    let ended = try await run.drive().run
    #expect(hosts.seen.acts.map(\.act) == [], "neither reset nor anything else")
    guard lease != nil else {
      // Nobody has it: what we did is ours to take back.
      #expect(ended.state.isSkipped, "\(ended.state)")
      return
    }
    #expect(ended.state.isQuarantined, "\(ended.state)")
    #expect(ended.undoFailure?.kind == .otherMaintenance)
    #expect(!world.seen.service.isEnabled, "its service is the other's to enable")
  }

  // MARK: Giving back

  /// A repair at its last step.
  private static func ending(_ world: StubWorld, _ hosts: StubHost, _ own: [HostRun.Event] = []) async throws
    -> StubRun.Ended
  {
    var run = StubRun(world, hosts)
    run.come(to: .uncordon, then: own)
    return try await run.drive()
  }

  @Test("it is given back after everything else", arguments: [false, true]) func givenBack(isOpen: Bool) async throws {
    let (world, hosts) = Self.bed(StubRun.lease)
    let enabling = EffectID(.enableService, StubWorld.name)
    world.change { $0.service.isEnabled = true }
    var own = StubRun.done(enabling)
    if isOpen { own.append(.effectIntended(effect: Self.giving, token: StubRun.lease.line)) }
    let ended = try await Self.ending(world, hosts, own)
    #expect(ended.run.state == .converged && ended.findings.isEmpty, "\(ended.run.state) \(ended.findings)")
    #expect(ended.run.effects.last?.id == Self.giving && ended.run.isDone(Self.giving), "\(ended.run.effects)")
    #expect(hosts.seen.acts.map(\.act) == [.giveLease] && hosts.seen.observation.lease == nil)
  }

  @Test("a lease that cannot be given back fails nothing and is told") func kept() async throws {
    let (world, hosts) = Self.bed(StubRun.lease)
    hosts.change { $0.remainsError = Self.down }
    world.change { $0.service.isEnabled = true }
    let ended = try await Self.ending(world, hosts, StubRun.done(EffectID(.enableService, StubWorld.name)))
    #expect(ended.run.state == .converged, "\(ended.run.state)")
    #expect(ended.findings.count == 1 && ended.findings[0].hasPrefix("leaseKept: "), "\(ended.findings)")
    #expect(ended.findings[0].contains(Self.down.text))
  }

  @Test("the way back gives it back last, and a host that does not answer keeps it", arguments: [false, true])
  func wayBack(isUnreachable: Bool) async throws {
    let (world, hosts) = Self.bed(StubRun.lease)
    if isUnreachable { hosts.change { $0.remainsError = Self.down } }
    var run = StubRun(world, hosts)
    run.come(to: .stage, then: [.stepFailed(step: .stage, failure: Failure(.shadowed, "another wins"))])
    let ended = try await run.drive()
    #expect(ended.run.state.isSkipped, "\(ended.run.state)")
    #expect(world.seen.service.isEnabled)
    #expect((hosts.seen.observation.lease == nil) != isUnreachable)
    #expect(ended.findings.count == (isUnreachable ? 1 : 0), "\(ended.findings)")
    #expect(Self.leasing(hosts) == (isUnreachable ? [] : [.giveLease]))
  }

  @Test("a quarantined host keeps its lease") func quarantined() async throws {
    let (world, hosts) = Self.bed(StubRun.lease)
    var run = StubRun(world, hosts)
    run.come(
      to: .activate,
      then: [
        .effectIntended(effect: EffectID(.reload), token: "t"),
        .stepFailed(step: .activate, failure: Failure(.reloadFailed, "modprobe was refused")),
      ])
    let ended = try await run.drive().run
    #expect(ended.state.isQuarantined, "\(ended.state)")
    #expect(hosts.seen.observation.lease == StubRun.lease && Self.leasing(hosts).isEmpty)
  }
}

extension HostRun.State {
  fileprivate var isSkipped: Bool {
    if case .skipped = self { true } else { false }
  }

  fileprivate var isQuarantined: Bool {
    if case .quarantined = self { true } else { false }
  }
}
