import FleetCore
import FleetEngine
import FleetStore
import Foundation
import Testing

@Suite("Steps against a host that does not do what one hopes") struct HostStepTests {
  private static func world() -> StubWorld { StubWorld([], reason: StubRun.reason) }

  // MARK: Stage

  /// Contents of files, by their hashes.
  private static let contents = [
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad": "abc",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": "",
  ]
  private static let hashes = contents.keys.sorted()

  private static func file(_ path: String, _ sha256: String) -> StoredBackup.File {
    StoredBackup.File(
      path: String(path.dropFirst("/lib/firmware/".count)), type: "f", sha256: sha256,
      size: 1024, mode: "644", owner: "root", group: "root", linkTarget: nil, package: nil)
  }

  private static func backup(_ files: [StoredBackup.File]) -> StoredBackup {
    StoredBackup(
      id: "\(StubRun.rollout)-\(StubRun.host)", host: StubRun.host, createdAt: Instant(milliseconds: 1),
      running: FirmwareVersion(1, 55, 29), rollout: StubRun.rollout, manifest: files, initramfsSHA256: nil)
  }

  @Test("O2: files that a lost controller had not taken away yet are taken away", arguments: 0...2)
  func factoryIsTakenUp(gone: Int) async throws {
    let world = Self.world()
    let hosts = StubHost(world)
    let paths = ["amd/amd_sev_fam19h_model01h.sbin", "amd/amd_sev_fam19h_model0xh.sbin"].map { "/lib/firmware/\($0)" }
    hosts.change { state in
      for (path, sha256) in zip(paths, Self.hashes).dropFirst(gone) {
        state.files[path] = sha256
        state.observation.files.append(FirmwareFile(path: path, sha256: state.files[path]))
      }
      state.onAct = { state, act, _ in
        if case .remove(let path) = act { state.observation.files.removeAll { $0.path == path } }
      }
    }
    var run = StubRun(world, hosts)
    run.change = StubRun.change(.reboot)
    run.change.removePaths = paths
    run.blobs = Array(Self.contents.values)
    run.backup = Self.backup(zip(paths, Self.hashes).map { Self.file($0, $1) })
    run.come(
      to: .stage, then: paths.prefix(gone).flatMap { StubRun.done(EffectID(.stageFile, $0), token: "removed") })
    let ended = try await run.drive().run
    #expect(ended.state == .ready(.proveEmpty, attempt: 1), "\(ended.state)")
    #expect(hosts.seen.acts.map(\.act) == paths.dropFirst(gone).map { .remove(path: $0) })
  }

  // MARK: Activate

  @Test("A2: each request to reset gets the whole time to shut down") func shutdownTime() async throws {
    let world = Self.world()
    let hosts = StubHost(world)
    hosts.change {
      // The first shutdown hangs; the second takes its time.
      $0.onAct = { state, act, now in
        guard case .reset = act, state.acts.count == 2 else { return }
        state.boots.append((now + 200_000, "boot-2"))
      }
    }
    var run = StubRun(world, hosts)
    run.change = StubRun.change(.reboot)
    run.policy.deadlines.reboot = .seconds(1200)
    run.come(to: .activate)
    let state = try await run.drive().run.state
    #expect(state == .ready(.verify, attempt: 1), "\(state)")
    let acts = hosts.seen.acts
    try #require(acts.map(\.act) == [.reset(token: "boot-1"), .reset(token: "boot-1")])
    #expect(acts[1].at - acts[0].at >= EngineBounds().shutdown.wholeMilliseconds)
  }

  /// A host that comes back right after it was asked to reset.
  private static func resetting(_ world: StubWorld, kexecLoaded: Bool) -> StubHost {
    let hosts = StubHost(world)
    hosts.change {
      $0.observation.kexecLoaded = kexecLoaded
      $0.onAct = { state, act, now in
        if case .reset = act { state.boots.append((now + 60_000, "boot-2")) }
      }
    }
    return hosts
  }

  @Test("A2: a kexec kernel that a lost controller was unloading is settled first", arguments: [true, false])
  func openUnload(isLoaded: Bool) async throws {
    let world = Self.world()
    let hosts = Self.resetting(world, kexecLoaded: isLoaded)
    hosts.change { state in
      let before = state.onAct
      state.onAct = { state, act, now in
        if case .unloadKexec = act { state.observation.kexecLoaded = false }
        before?(&state, act, now)
      }
    }
    let unload = EffectID(.unloadKexec)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(.reboot)
    run.come(to: .activate, then: [.effectIntended(effect: unload, token: "")])
    let ended = try await run.drive().run
    #expect(ended.state == .ready(.verify, attempt: 1), "\(ended.state)")
    #expect(ended.openEffect(unload) == nil && ended.isDone(unload), "\(ended.effects)")
    #expect(hosts.seen.acts.map(\.act) == (isLoaded ? [.unloadKexec] : []) + [.reset(token: "boot-1")])
  }

  @Test("D4: once the activation began, nothing is done again to close what is open")
  func noActAfterTheReset() async throws {
    let world = Self.world()
    let hosts = Self.resetting(world, kexecLoaded: true)
    let unload = EffectID(.unloadKexec)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(.reboot)
    run.come(
      to: .activate,
      then: [.effectIntended(effect: unload, token: "")] + StubRun.done(EffectID(.reset), token: "boot-0"))
    _ = try await run.drive()
    #expect(hosts.seen.acts.isEmpty, "\(hosts.seen.acts.map(\.act))")
  }

  // MARK: The way back

  private static let image = FirmwareImage(
    familyModel: FamilyModel(family: 25, modelHigh: 0), version: FirmwareVersion(1, 55, 31), spl: 0,
    sha256: String(repeating: "a", count: 64), size: 1024, kernelName: "amd_sev_fam19h_model0xh.sbin", path: "")

  @Test(
    "U1: what somebody wrote over the staged file is left as it is",
    arguments: [image.sha256, hashes[0], hashes[1]])
  func strangersFileIsLeft(lies: String) async throws {
    let world = Self.world()
    let hosts = StubHost(world)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(image: Self.image)
    let path = try #require(run.change.stagePath)
    hosts.change {
      $0.files[path] = lies
      $0.onAct = { state, act, _ in
        if case .restore(_, _, let sha256) = act { state.files[path] = sha256 }
      }
    }
    run.blobs = Array(Self.contents.values)
    run.backup = Self.backup([Self.file(path, Self.hashes[0])])
    run.come(
      to: .stage,
      then: StubRun.done(EffectID(.stageFile, path), token: Self.image.sha256) + [
        .stepFailed(step: .stage, failure: Failure(.shadowed, "another wins")), .returnStarted,
      ])
    let ended = try await run.drive()
    #expect(ended.run.state == .skipped(.stage, Failure(.shadowed, "another wins")), "\(ended.run.state)")
    let isStrange = lies == Self.hashes[1]
    #expect(hosts.seen.files[path] == (isStrange ? lies : Self.hashes[0]))
    #expect(ended.findings.contains { $0.hasPrefix("fileLeft: \(path)") } == isStrange, "\(ended.findings)")
  }

  @Test("K: who takes the host over in the midst of the way back has it") func takenOverOnTheWayBack() async throws {
    let world = StubWorld([], reason: StubRun.reason)
    let hosts = StubHost(world)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(image: Self.image, rebuildInitramfs: "6.1.0")
    let path = try #require(run.change.stagePath)
    let other = ControllerIdentity(id: String(repeating: "b", count: 32), hostName: "ctl2").holder(rollout: "r9")
    hosts.change {
      $0.files[path] = Self.image.sha256
      $0.onAct = { state, act, _ in
        guard case .restore(_, _, let sha256) = act else { return }
        state.files[path] = sha256
        state.observation.lease = HostLease(line: other.line)
      }
    }
    run.blobs = Array(Self.contents.values)
    run.backup = Self.backup([Self.file(path, Self.hashes[0])])
    run.come(
      to: .stage,
      then: StubRun.done(EffectID(.stageFile, path), token: Self.image.sha256)
        + StubRun.done(EffectID(.rebuildInitramfs, "6.1.0"), token: Self.image.sha256) + [
          .stepFailed(step: .stage, failure: Failure(.shadowed, "another wins")), .returnStarted,
        ])
    let ended = try await run.drive().run
    guard case .quarantined = ended.state else {
      Issue.record("\(ended.state)")
      return
    }
    #expect(ended.undoFailure?.kind == .otherMaintenance, "\(String(describing: ended.undoFailure))")
    #expect(hosts.seen.acts.count == 1, "nothing behind the look that showed it: \(hosts.seen.acts.map(\.act))")
    #expect(!world.seen.service.isEnabled, "its service is the other's to enable")
  }

  @Test("U1: an initramfs that holds our image after its rebuild is no way back", arguments: [true, false])
  func initramfsIsReadBack(holdsOurs: Bool) async throws {
    let world = Self.world()
    let hosts = StubHost(world)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(image: Self.image, rebuildInitramfs: "6.8.0")
    let path = try #require(run.change.stagePath)
    hosts.change {
      $0.files[path] = Self.image.sha256
      $0.observation.tools = ["update-initramfs": "/usr/sbin/update-initramfs"]
      $0.observation.initramfs = Initramfs(
        kernel: "6.8.0", path: "/boot/initrd.img-6.8.0", containsCCP: true,
        files: [FirmwareFile(path: path, sha256: Self.image.sha256)])
      $0.onAct = { state, act, _ in
        if case .rebuildInitramfs = act, !holdsOurs { state.observation.initramfs?.files = [] }
      }
    }
    run.backup = StoredBackup(
      id: "\(StubRun.rollout)-\(StubRun.host)", host: StubRun.host, createdAt: Instant(milliseconds: 1),
      running: FirmwareVersion(1, 55, 29), rollout: StubRun.rollout, manifest: [], initramfsSHA256: nil)
    run.come(
      to: .stage,
      then: StubRun.done(EffectID(.stageFile, path)) + StubRun.done(EffectID(.rebuildInitramfs, "6.8.0")) + [
        .stepFailed(step: .stage, failure: Failure(.shadowed, "another wins")), .returnStarted,
      ])
    let ended = try await run.drive().run
    #expect(hosts.seen.files[path] == nil)
    #expect(
      hosts.seen.acts.map(\.act)
        == [
          .remove(path: path),
          .rebuildInitramfs(kernel: "6.8.0", tool: "update-initramfs", image: "/boot/initrd.img-6.8.0"),
        ] + (holdsOurs ? [] : [.giveLease]))
    let failure = Failure(.shadowed, "another wins")
    #expect(ended.state == (holdsOurs ? .quarantined(.stage, failure) : .skipped(.stage, failure)))
    #expect(ended.undoFailure?.kind == (holdsOurs ? .undoFailed : nil))
    #expect(ended.undoFailure?.found == (holdsOurs ? Self.image.sha256 : nil))
  }
}
