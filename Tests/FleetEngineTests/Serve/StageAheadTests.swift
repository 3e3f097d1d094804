import FleetCore
import FleetEngine
import FleetStore
import Foundation
import Synchronization
import Testing

/// One host staged ahead: what it does, what it leaves to the window, and that a lost controller changes nothing.
@Suite("A host that is staged ahead") struct StageAheadTests {
  private static let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  /// A host as the plan expects it, and a store.
  private struct Bed {
    let world = StubWorld([], reason: "")
    let hosts: StubHost
    let store: FleetStore
    let services: EngineServices
    let change: HostChange
    let host: FleetCore.Host

    init() throws {
      world.change {
        $0.service.isEnabled = true
        $0.service.disabledReason = nil
      }
      let hosts = StubHost(world)
      hosts.change {
        $0.observation.lease = nil
        $0.observation.firmware.sevctl = FirmwareVersion(1, 55, 29)
      }
      self.hosts = hosts
      store = try StubRollout().store
      let path = store.folder + "/image"
      try Data("abc".utf8).write(to: URL(fileURLWithPath: path))
      let image = FirmwareImage(
        familyModel: FamilyModel(family: 25, modelHigh: 0), version: FirmwareVersion(1, 55, 31), spl: 0,
        sha256: StageAheadTests.sha256, size: 3, kernelName: "amd_sev_fam19h_model0xh.sbin", path: path)
      change = StubRun.change(image: image)
      host = FleetCore.Host(
        id: StubRun.host, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(StubWorld.name),
        declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
      services = EngineServices(
        store: store, controller: StubRun.controller, hosts: hosts, compute: world, clock: world, facts: Facts(),
        catalog: Catalog(), moves: MoveSlots())
    }

    func stage() async throws -> Failure? {
      try await StageAhead(services, rollout: StubRun.rollout).stage(host, change)
    }

    /// The run of the night, through as many steps as are named.
    func run(_ steps: Int) async throws -> HostRun {
      let asked = Mutex(0)
      let runner = try HostRunner(
        host: host, change: change, rollout: StubRun.rollout, services: services,
        entries: try store.entries(rollout: StubRun.rollout))
      _ = try await runner.drive {
        asked.withLock { count in
          count += 1
          return count > steps ? .atBoundary : nil
        }
      }
      return runner.run
    }

    var acts: [HostAct] { hosts.seen.acts.map(\.act) }

    var events: [JournalEvent] { get throws { try store.entries(rollout: StubRun.rollout).map(\.event) } }

    /// Kinds of the findings, which is all that staging may write.
    var findings: [String] {
      get throws {
        try events.map { event in
          guard case .finding(let kind, _) = event else { return "no finding: \(event.kind)" }
          return kind
        }
      }
    }
  }

  private static let upload = HostAct.upload(bytes: Array("abc".utf8), sha256: sha256)

  @Test("The image is uploaded, and nothing else happens to host or cloud") func upload() async throws {
    let bed = try Bed()
    let service = bed.world.seen.service
    #expect(try await bed.stage() == nil)
    #expect(bed.acts == [Self.upload], "no lease either")
    #expect(bed.world.seen.calls.isEmpty && bed.world.seen.service == service)
    #expect(try bed.findings == [StagingAhead.staged])
  }

  /// Killed between upload and journal, or cancelled amid the upload.
  @Test("A lost controller leaves nothing behind that the next one stumbles over", arguments: [true, false])
  func lost(arrived: Bool) async throws {
    let bed = try Bed()
    if arrived {
      try await bed.hosts.perform(bed.host, Self.upload)
    } else {
      bed.hosts.change {
        $0.onAct = { state, _, _ in
          state.staged = nil
          withUnsafeCurrentTask { $0?.cancel() }
        }
      }
      let first = Task { try await bed.stage() }
      await #expect(throws: CancellationError.self) { try await first.value }
    }
    #expect(try bed.findings.isEmpty, "nobody knows how it ended")
    bed.hosts.change { $0.onAct = nil }
    #expect(try await bed.stage() == nil)
    #expect(bed.acts == Array(repeating: Self.upload, count: arrived ? 1 : 2))
    #expect(try bed.findings == [StagingAhead.staged])
  }

  @Test("What is in the way is told, with its kind, and no run begins") func failures() async throws {
    let rows: [(FailureKind, Int, @Sendable (inout StubHost.State) -> Void)] = [
      (.changedSincePlan, 0, { $0.observation.firmware.sevctl = FirmwareVersion(1, 55, 30) }),
      (.unknownVersion, 0, { $0.observation.firmware.sevctl = nil }),
      (.otherMaintenance, 0, { $0.observation.lease = HostLease(line: "another,r9,ctl2") }),
      (.packageManagerBusy, 0, { $0.observation.packageManager = "apt" }),
      (.prepareFailed, 1, { $0.onAct = { state, _, _ in state.staged = nil } }),
    ]
    for (kind, uploads, arrange) in rows {
      let bed = try Bed()
      bed.hosts.change(arrange)
      #expect(try await bed.stage()?.kind == kind, "\(kind)")
      #expect(bed.acts.count == uploads, "\(kind)")
      #expect(try bed.findings == [StagingAhead.failed], "\(kind)")
      guard case .finding(_, let text)? = try bed.events.last else { continue }
      #expect(text.hasPrefix("\(kind.rawValue): "), "\(text)")
    }
  }

  @Test("A host that is gone from the inventory is told as well") func gone() async throws {
    let bed = try Bed()
    let failure = try await StageAhead(bed.services, rollout: StubRun.rollout).stage(nil, bed.change)
    #expect(failure?.kind == .changedSincePlan && bed.acts.isEmpty)
    #expect(try bed.findings == [StagingAhead.failed])
  }

  @Test("In the window every step looks for itself", arguments: [true, false]) func night(stillThere: Bool) async throws
  {
    let bed = try Bed()
    #expect(try await bed.stage() == nil)
    if !stillThere { bed.hosts.change { $0.staged = nil } }
    let run = try await bed.run(3)
    #expect(run.state == .ready(.cordon, attempt: 1), "\(run.state)")
    let ended = try bed.events.compactMap { event in
      if case .run(.stepSucceeded(let step, let completion)) = event { "\(step): \(completion)" } else { nil }
    }
    #expect(
      ended == ["observe: performed", "backup: performed", "prepare: \(stillThere ? "alreadyDone" : "performed")"])
    #expect(bed.acts.filter { $0 == Self.upload }.count == (stillThere ? 1 : 2))
  }
}
