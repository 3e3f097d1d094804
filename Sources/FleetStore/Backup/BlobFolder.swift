import FleetFormats
import Glibc
import Synchronization

/// Contents by their SHA-256, one file each: `blobs/ab/abcdef…`, mode 0600. A file appears whole or not at all.
final class BlobFolder: Sendable {
  /// Bytes; the largest firmware file of any processor is far below, and a log or a disk image is not a firmware.
  static let maxBlob = 64 * 1024 * 1024
  /// Seconds that an unreferenced blob stays: its backup may still be in the making, for at most a step's deadline.
  static let graceSeconds = 24 * 3600
  private static let temporaryPrefix = "tmp-"

  private final class Memory: Sendable {
    let contents = Mutex<[String: [UInt8]]>([:])
  }

  let path: String
  /// Contents of a store in memory; `nil`: they lie in files.
  private let memory: Memory?
  /// Counts temporary names; held while a blob is written or blobs are swept.
  private let turn = Mutex<UInt64>(0)

  init(path: String) {
    self.path = path
    memory = nil
  }

  /// Contents that are gone with this process.
  init() {
    path = ""
    memory = Memory()
  }

  func path(of sha256: String) -> String { "\(path)/\(sha256.prefix(2))/\(sha256)" }

  /// The bytes if they are there and still what their name says. Throws `blobMissing`, `blobDamaged`, `file`.
  func read(_ sha256: String) throws(StoreError) -> [UInt8] {
    if let memory {
      guard let bytes = memory.contents.withLock({ $0[sha256] }) else { throw .blobMissing(sha256: sha256) }
      return bytes
    }
    guard ContentHash.isSHA256(sha256), let bytes = try SystemFile.read(path(of: sha256), limit: Self.maxBlob) else {
      throw .blobMissing(sha256: sha256)
    }
    let found = ContentHash.sha256(bytes)
    guard found == sha256 else { throw .blobDamaged(sha256: sha256, found: found) }
    return bytes
  }

  /// Whether the content is there and undamaged; if so, it is safe from the next sweep.
  func holds(_ sha256: String) throws(StoreError) -> Bool {
    do throws(StoreError) {
      _ = try read(sha256)
    } catch {
      switch error.kind {
      case .blobMissing, .blobDamaged, .blobTooLarge: return false
      case .missing, .readOnly, .locked, .fenced, .busy, .file, .schemaNewer, .schemaOlder, .migrationFailed, .corrupt,
        .corruptRecord,
        .notEncodable, .notFound, .ambiguous, .tooShort, .immutable, .hostTaken, .database:
        throw error
      }
    }
    if memory != nil { return true }
    return utimensat(AT_FDCWD, path(of: sha256), nil, 0) == 0
  }

  /// Stores bytes and returns their hash. A damaged blob of that name is replaced.
  func store(_ bytes: [UInt8]) throws(StoreError) -> String {
    guard bytes.count <= Self.maxBlob else { throw .blobTooLarge(size: bytes.count, limit: Self.maxBlob) }
    let sha256 = ContentHash.sha256(bytes)
    if try holds(sha256) { return sha256 }
    if let memory {
      memory.contents.withLock { $0[sha256] = bytes }
      return sha256
    }
    let result = turn.withLock { counter in
      counter += 1
      let temporary = "\(path)/\(Self.temporaryPrefix)\(getpid())-\(counter)"
      return Result { () throws(StoreError) in try place(bytes, temporary: temporary, final: path(of: sha256)) }
    }
    try result.get()
    return sha256
  }

  private func place(_ bytes: [UInt8], temporary: String, final: String) throws(StoreError) {
    let folder = SystemFile.parent(of: final)
    try SystemFile.makeFolder(path)
    try SystemFile.makeFolder(folder)
    let descriptor = try SystemFile.open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW)
    do throws(StoreError) {
      defer { close(descriptor) }
      try SystemFile.write(bytes, to: descriptor, path: temporary)
      guard fsync(descriptor) == 0 else { throw SystemFile.failure("sync", temporary) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, final) == 0 else {
      let failure = SystemFile.failure("rename", temporary)
      unlink(temporary)
      throw failure
    }
    try SystemFile.syncFolder(folder)
  }

  /// Removes blobs that nobody refers to and temporary files that a lost process left, both only past the grace.
  /// Returns the names removed.
  func sweep(keeping referenced: Set<String>) throws(StoreError) -> [String] {
    // Nothing in memory is older than the process, which is shorter than the grace.
    if memory != nil { return [] }
    let oldest = time(nil) - Self.graceSeconds
    let result = turn.withLock { _ in Result { () throws(StoreError) in try sweep(keeping: referenced, oldest) } }
    return try result.get()
  }

  private func sweep(keeping referenced: Set<String>, _ oldest: Int) throws(StoreError) -> [String] {
    var removed: [String] = []
    for name in try SystemFile.names(in: path) {
      if name.hasPrefix(Self.temporaryPrefix) {
        if remove("\(path)/\(name)", olderThan: oldest) { removed.append(name) }
      } else {
        for sha256 in try SystemFile.names(in: "\(path)/\(name)") where !referenced.contains(sha256) {
          if ContentHash.isSHA256(sha256), remove(self.path(of: sha256), olderThan: oldest) { removed.append(sha256) }
        }
      }
    }
    return removed
  }

  private func remove(_ path: String, olderThan oldest: Int) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mtim.tv_sec < oldest else { return false }
    return unlink(path) == 0
  }
}
