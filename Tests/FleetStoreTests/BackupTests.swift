import FleetCore
import FleetStore
import Foundation
import Testing

@Suite struct BackupTests {
  private static let host = Samples.host(1)

  private static func backup(
    _ number: Int, _ sha256: [String], rollout: String? = nil, host: HostID = host, verified: Bool = false
  ) -> StoredBackup {
    var manifest = sha256.enumerated().map { index, sha256 in
      StoredBackup.File(
        path: "amd/file\(index).sbin", sha256: sha256, size: 3, mode: "644", owner: "root", group: "root",
        package: "amd64-microcode")
    }
    manifest.append(
      StoredBackup.File(
        path: "amd/link", type: "l", sha256: nil, size: 0, mode: "777", owner: "root", group: "root",
        linkTarget: "file0.sbin"))
    return StoredBackup(
      id: "b-\(number)", host: host, createdAt: Samples.time(number), running: FirmwareVersion(1, 55, 31),
      rollout: rollout, verifiedAt: verified ? Samples.time(number) : nil, manifest: manifest)
  }

  @Test func aBackupIsFoundAgain() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let sha256 = try store.storeBlob([1, 2, 3])
    let (first, second) = (Self.backup(1, [sha256], rollout: "r-1"), Self.backup(2, [sha256, sha256], verified: true))
    let other = Self.backup(3, [sha256], host: Samples.host(2))
    for backup in [first, second, other] { try store.save(backup: backup) }
    #expect(try store.backup(id: "b-1") == first)
    #expect(try store.backup(id: "b") == nil)
    #expect(try store.backups(host: Self.host) == [second, first])
    #expect(try store.backups() == [other, second, first])
    #expect(try store.latestVerifiedBackup(host: Self.host) == second)
    #expect(try store.latestVerifiedBackup(host: Samples.host(2)) == nil)
    var again = first
    again.manifest.removeLast()
    try store.save(backup: again)
    #expect(try store.backup(id: "b-1") == again)
    var foreign = first
    foreign.host = Samples.host(2)
    #expect(throws: StoreError.immutable(.backup, id: "b-1")) { try store.save(backup: foreign) }
  }

  @Test func aBackupWithoutItsContentsIsRefused() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let sha256 = String(repeating: "0", count: 64)
    #expect(throws: StoreError.blobMissing(sha256: sha256)) { try store.save(backup: Self.backup(1, [sha256])) }
    #expect(try store.backups().isEmpty)
  }

  @Test func verifyingSeesAFlippedByteAndALostFile() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
    let (whole, hurt, lost) = (try store.storeBlob([7]), try store.storeBlob(bytes), try store.storeBlob([9]))
    let backup = Self.backup(1, [whole, hurt, lost])
    try store.save(backup: backup)
    #expect(try store.verify(backup: backup, at: Samples.time(50)).isEmpty)
    #expect(try store.backup(id: "b-1")?.verifiedAt == Samples.time(50))
    #expect(try store.latestVerifiedBackup(host: Self.host)?.id == "b-1")

    let file = try #require(FileHandle(forUpdatingAtPath: store.blobPath(hurt)))
    try file.seek(toOffset: 69_999)
    try file.write(contentsOf: [bytes[69_999] ^ 1])
    try file.close()
    try FileManager.default.removeItem(atPath: store.blobPath(lost))
    let faults = try store.verify(backup: backup, at: Samples.time(60))
    #expect(Set(faults.map(\.kind)) == [.damaged, .missing])
    #expect(faults.first { $0.kind == .damaged }?.expected == hurt)
    #expect(faults.first { $0.kind == .damaged }?.path == "amd/file1.sbin")
    #expect(faults.first { $0.kind == .missing }?.expected == lost)
    #expect(try store.backup(id: "b-1")?.verifiedAt == nil)
    #expect(throws: StoreError.self) { try store.blob(hurt) }
    #expect(throws: StoreError.blobMissing(sha256: lost)) { try store.blob(lost) }
    // Stored anew it is whole again: a damaged content does not pass for one that is there.
    #expect(try !store.hasBlob(hurt))
    #expect(try store.storeBlob(bytes) == hurt)
    #expect(try store.storeBlob([9]) == lost)
    #expect(try store.verify(backup: backup).isEmpty)
  }

  @Test func theSameContentIsKeptOnceInItsPlace() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let empty = try store.storeBlob([])
    #expect(empty == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(store.blobPath(empty) == folder.state + "/blobs/e3/" + empty)
    #expect(try store.storeBlob([]) == empty)
    #expect(try store.blob(empty) == [])
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: folder.state + "/blobs").sorted() == ["e3", "e3/" + empty])
    for wrong in ["../../lock", "", "E3" + empty.dropFirst(2)] {
      #expect(throws: StoreError.blobMissing(sha256: wrong)) { try store.blob(wrong) }
    }
  }

  @Test func oldBackupsGoAndNeededOnesStay() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = try store.begin("r-quarantined", [Self.host])
    try store.append(run: Samples.quarantined(plan.changes[0]), "r-quarantined", Self.host)
    try store.append(.rolloutFinished, rollout: "r-quarantined", host: nil, at: Samples.start)
    try store.begin("r-open", [Self.host])
    try store.begin("r-done", [Self.host])
    try store.append(.rolloutFinished, rollout: "r-done", host: nil, at: Samples.start)
    let sha256 = try store.storeBlob([1])
    let special: [Int: StoredBackup] = [
      1: Self.backup(1, [sha256], rollout: "r-open"), 2: Self.backup(2, [sha256], rollout: "r-done"),
      3: Self.backup(3, [sha256], rollout: "r-quarantined"), 4: Self.backup(4, [sha256], verified: true),
      5: Self.backup(5, [sha256], verified: true),
    ]
    try store.save(backup: Self.backup(100, [sha256], host: Samples.host(2)))
    let last = FleetStore.keptBackups + 6
    for number in 1...last { try store.save(backup: special[number] ?? Self.backup(number, [sha256])) }
    let kept = try store.backups(host: Self.host).map(\.id)
    #expect(kept == (7...last).reversed().map { "b-\($0)" } + ["b-5", "b-3", "b-1"])
    #expect(try store.backups(host: Samples.host(2)).count == 1)
    #expect(try store.hasBlob(sha256))
  }

  @Test func onlyOldContentsThatNobodyRefersToAreSwept() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (used, unused, young) = (try store.storeBlob([1]), try store.storeBlob([2]), try store.storeBlob([3]))
    try store.save(backup: Self.backup(1, [used]))
    let leftover = folder.state + "/blobs/tmp-1-1"
    try Data([1]).write(to: URL(fileURLWithPath: leftover))
    let old = Date(timeIntervalSinceNow: -2 * 24 * 3600)
    for path in [store.blobPath(used), store.blobPath(unused), leftover] {
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    }
    #expect(Set(try store.sweepBlobs()) == [unused, "tmp-1-1"])
    #expect(try store.hasBlob(used) && store.hasBlob(young))
    #expect(try !store.hasBlob(unused))
    // A content that a new backup just asked for is not swept from under it.
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: store.blobPath(young))
    #expect(try store.hasBlob(young))
    #expect(try store.sweepBlobs().isEmpty)
  }
}
