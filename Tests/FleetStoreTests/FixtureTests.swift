import FleetCore
import FleetStore
import Foundation
import GRDB
import Testing

/// Databases of every released schema open, and tell what was put into them. A fixture is never written again once its
/// schema is released; `SEVFLEET_WRITE_FIXTURES=1 swift test --filter FixtureTests` writes those that are missing.
@Suite struct FixtureTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures"
  private static let schemas = ["schema-1", "schema-2", "schema-3", "schema-4", "schema-5", "schema-6", "schema-7"]
  private static let host = Samples.host(1)
  private static let action = Action(by: "ada", .pauseRollout, "r-open", why: "the rack is on fire")
  private static let blob = Array("firmware of the fixture".utf8)

  @Test(arguments: schemas)
  func itOpensAndIsWhole(schema: String) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(Self.folder)/\(schema).sqlite", toPath: folder.database)
    let store = try folder.open()
    let audit = try store.auditJournal()
    #expect(audit.fault == nil)
    #expect(audit.entries > 20)
    let plan = Samples.plan([Self.host, Samples.host(2)])
    #expect(try store.latestPlan()?.plan == plan)
    #expect(try store.rollouts().map(\.id) == ["r-open", "r-first"])
    #expect(try store.unfinishedRollouts().map(\.id) == ["r-open"])
    #expect(try store.hostsInOpenRollouts() == [Samples.host(2): "r-open"])
    #expect(try store.quarantines()[Self.host]?.failure == Samples.failure)
    #expect(try store.floor(host: Self.host)?.version == FirmwareVersion(1, 51, 3))
    #expect(try store.latestSeen(host: Self.host)?.observation?.kernel == "6.1.0-32-amd64")
    #expect(try store.latestObservation(host: Samples.host(2))?.observation == nil)
    let backup = try #require(try store.backup(id: "r-first-\(Self.host)"))
    #expect(backup.running == FirmwareVersion(1, 55, 31))
    // The contents lie beside a database, not in it.
    #expect(try store.verify(backup: backup).map(\.kind) == [.missing])
    #expect(try store.append(.rolloutResumed, rollout: "r-open", host: nil, at: Samples.start).seq == audit.entries + 1)
  }

  /// Since schema 6.
  @Test func whoIsToldOfWhatIsKept() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(Self.folder)/schema-6.sqlite", toPath: folder.database)
    let store = try folder.open()
    let end = try store.lastSeq()
    #expect(try store.receiver("mail") == ReceiverState(id: "mail", seq: end))
    #expect(try store.entries(after: end - 1).map(\.event) == [.audited(Self.action)])
  }

  /// Since schema 7.
  @Test func whatHostsAreWantedToRunIsKept() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(Self.folder)/schema-7.sqlite", toPath: folder.database)
    #expect(
      try folder.open().standingTargets() == [
        Self.host: StandingTarget(wanted: "1.55.36", since: Samples.time(15))
      ])
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["SEVFLEET_WRITE_FIXTURES"] != nil), arguments: schemas)
  func write(schema: String) throws {
    let path = "\(Self.folder)/\(schema).sqlite"
    guard !FileManager.default.fileExists(atPath: path) else { return }
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try Self.fill(store)
    try store.close()
    try folder.raw { try $0.execute(sql: "PRAGMA journal_mode = DELETE; VACUUM") }
    try FileManager.default.copyItem(atPath: folder.database, toPath: path)
  }

  private static func fill(_ store: FleetStore) throws {
    var observation = Observation(host: host, observedAt: Samples.time(1))
    observation.kernel = "6.1.0-32-amd64"
    observation.firmware.sevctl = FirmwareVersion(1, 55, 31)
    try store.save(observations: [
      (host: host, result: .success(observation), at: Samples.time(1)),
      (
        host: Samples.host(2), result: .failure(ProbeFailure(kind: .unreachable, text: "no route to host")),
        at: Samples.time(2)
      ),
    ])
    try store.save(
      floors: [
        host: FloorEvidence(
          version: FirmwareVersion(1, 51, 3), bios: "Vendor 2.1",
          evidence: "SEV firmware updated from 1.51.3 to 1.55.31", observedAt: Samples.time(3))
      ])
    let plan = try store.begin("r-first", [host, Samples.host(2)], at: Samples.time(4))
    try store.save(
      backup: StoredBackup(
        id: "r-first-\(host)", host: host, createdAt: Samples.time(5), running: FirmwareVersion(1, 55, 31),
        rollout: "r-first", verifiedAt: Samples.time(6),
        manifest: [
          StoredBackup.File(
            path: "amd/amd_sev_fam19h_model0xh.sbin", sha256: try store.storeBlob(blob), size: blob.count, mode: "644",
            owner: "root", group: "root", package: "amd64-microcode"),
          StoredBackup.File(
            path: "amd/sev.fw", type: "l", sha256: nil, size: 0, mode: "777", owner: "root", group: "root",
            linkTarget: "amd_sev_fam19h_model0xh.sbin"),
        ]))
    try store.append(run: Samples.quarantined(plan.changes[0]), "r-first", host, at: Samples.time(7))
    try store.append(run: Samples.skipped(plan.changes[1]), "r-first", Samples.host(2), at: Samples.time(8))
    try store.append(.rolloutFinished, rollout: "r-first", host: nil, at: Samples.time(9))
    try store.begin("r-open", [host, Samples.host(2)], at: Samples.time(10))
    try store.append(.rolloutPaused(reason: "by ops"), rollout: "r-open", host: nil, at: Samples.time(11))
    try store.append(run: Samples.converged(plan.changes[0]), "r-open", host, at: Samples.time(12))
    try store.append(run: Samples.inDrain(plan.changes[1]), "r-open", Samples.host(2), at: Samples.time(13))
    try store.append(.audited(action), rollout: "r-open", host: nil, at: Samples.time(14))
    try store.keepReceivers(["mail"])
    try store.save(wanted: [host: "1.55.36"], at: Samples.time(15))
  }
}
