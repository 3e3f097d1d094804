import FleetCore
import FleetEngine
import FleetStore
import Foundation
import Testing

@Suite("Everything that can fail without touching a server is tried first") struct PrepareStepTests {
  private static let unit = "nova-compute.service"
  private static let image = FirmwareImage(
    familyModel: FamilyModel(family: 25, modelHigh: 0), version: FirmwareVersion(1, 55, 31), spl: 0,
    sha256: String(repeating: "a", count: 64), size: 1024, kernelName: "amd_sev_fam19h_model0xh.sbin", path: "")

  private static func world() -> StubWorld { StubWorld([], reason: StubRun.reason) }

  private struct DoorRow: Sendable {
    var name: String
    var runs: Bool?
    var isUp = true
    var refused = false
  }

  @Test("E1: a unit that does not run while Nova hears from the host closes no door") func idleDoor() async throws {
    let rows = [
      DoorRow(name: "it runs", runs: true), DoorRow(name: "nobody can tell", runs: nil),
      DoorRow(name: "it never ran, and Nova hears from another", runs: false, refused: true),
      DoorRow(name: "it does not run, and Nova hears nothing", runs: false, isUp: false),
    ]
    for row in rows {
      let world = Self.world()
      world.change { $0.service.isUp = row.isUp }
      let hosts = StubHost(world)
      hosts.change {
        $0.computeRuns = row.runs
        $0.observation.computeUnit = .systemd(unit: Self.unit)
      }
      var run = StubRun(world, hosts)
      run.come(to: .prepare)
      let state = try await run.drive().run.state
      guard row.refused else {
        #expect(state == .ready(.cordon, attempt: 1), "\(row.name): \(state)")
        continue
      }
      guard case .skipped(.prepare, let failure) = state else {
        Issue.record("\(row.name): \(state)")
        continue
      }
      #expect(failure.kind == .cannotActivate && failure.text.contains(Self.unit), "\(failure.text)")
    }
  }

  @Test("D4: what a lost controller had asked for is settled before its step ends", arguments: [true, false])
  func openUpload(arrived: Bool) async throws {
    let world = Self.world()
    let hosts = StubHost(world)
    let bytes = NSTemporaryDirectory() + "sevfleet-image-\(UUID().uuidString)"
    try Data("abc".utf8).write(to: URL(fileURLWithPath: bytes))
    defer { try? FileManager.default.removeItem(atPath: bytes) }
    var image = Self.image
    image.path = bytes
    image.sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    hosts.change { [sha256 = image.sha256] state in state.staged = arrived ? sha256 : nil }
    var run = StubRun(world, hosts)
    run.change = StubRun.change(image: image)
    let upload = EffectID(.upload, image.sha256)
    run.come(to: .prepare, then: [.effectIntended(effect: upload, token: image.sha256)])
    let ended = try await run.drive().run
    #expect(ended.state == .ready(.cordon, attempt: 1), "\(ended.state)")
    #expect(ended.isDone(upload) && ended.openEffect(upload) == nil, "\(ended.effects)")
    #expect(hosts.seen.acts.count == (arrived ? 0 : 1), "it is not asked for twice")
  }

  @Test(
    "O1: a folder or a link to nothing where the image goes is met before any server moves", arguments: [true, false])
  func oddityAtTheStagePath(lies: Bool) async throws {
    let world = Self.world()
    let hosts = StubHost(world)
    var run = StubRun(world, hosts)
    run.change = StubRun.change(image: Self.image)
    let path = try #require(run.change.stagePath)
    hosts.change {
      if lies { $0.oddities = [path] }
      $0.staged = Self.image.sha256
    }
    run.come(to: .prepare)
    let state = try await run.drive().run.state
    guard lies else {
      #expect(state == .ready(.cordon, attempt: 1), "\(state)")
      return
    }
    guard case .skipped(.prepare, let failure) = state else {
      Issue.record("\(state)")
      return
    }
    #expect(failure.kind == .prepareFailed && failure.text.contains(path) && !failure.isTransient, "\(failure)")
    #expect(world.seen.requests.isEmpty && hosts.seen.acts.allSatisfy { $0.act == .giveLease }, "\(hosts.seen.acts)")
  }
}
