package import FleetCore
import Glibc
import Synchronization

/// The right to drive hosts (RULES K): `flock` on a file in the state folder, held while this value is held.
///
/// The system gives the lock back when the process ends, however it ends; the file stays and says nothing by itself.
/// The descriptor is closed on exec, so that no child keeps the lock alive. Where a holder hangs, the file is replaced by
/// another one that the new holder has locked; the old lock then guards nothing.
package final class DaemonLock: Sendable {
  package static let fileName = "lock"
  /// A look at the holder takes the lock for an instant; an attempt that meets one tries again.
  private static let attempts = 5
  private static let pauseMicroseconds: UInt32 = 20_000
  /// Bytes that a holder's line may have: a command line can be long.
  private static let maxHolder = 64 * 1024

  private static let takeoverName = "lock.takeover"

  package let holder: LockHolder
  private let path: String
  private let descriptor: Mutex<Int32?>

  private init(holder: LockHolder, path: String, descriptor: Int32) {
    self.holder = holder
    self.path = path
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Takes the lock of a state folder, made where it is missing. Throws `locked` with the holder's own words, `file`.
  package static func acquire(folder: String, command: String, at: Instant) throws(StoreError) -> DaemonLock {
    try SystemFile.makeFolder(folder)
    let path = folder + "/" + fileName
    for _ in 1...attempts {
      let descriptor = try SystemFile.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
      do throws(StoreError) {
        guard try take(descriptor, path) else {
          throw .locked(holder: written(in: path)?.text ?? unnamed)
        }
        // Somebody who took over replaced the file between our opening and our locking it.
        if isAt(path, descriptor) { return try made(descriptor, path, command, at) }
      } catch {
        close(descriptor)
        throw error
      }
      close(descriptor)
    }
    throw .locked(holder: written(in: path)?.text ?? unnamed)
  }

  /// Takes the lock from a holder that hangs; where nobody holds it, as `acquire`. The old holder keeps a lock on a file
  /// that nobody looks at any more: take a fence next, which it cannot pass.
  package static func takeOver(folder: String, command: String, at: Instant) throws(StoreError) -> DaemonLock {
    try SystemFile.makeFolder(folder)
    let guardPath = folder + "/" + takeoverName
    let turnstile = try SystemFile.open(guardPath, O_RDWR | O_CREAT | O_NOFOLLOW)
    defer { close(turnstile) }
    // One at a time: of two that replace the file both would believe to hold it.
    guard try take(turnstile, guardPath) else { throw .locked(holder: "somebody else is taking over") }
    do throws(StoreError) {
      return try acquire(folder: folder, command: command, at: at)
    } catch {
      guard error.kind == .locked else { throw error }
    }
    let path = folder + "/" + fileName
    let fresh = "\(path).\(getpid())"
    unlink(fresh)
    let descriptor = try SystemFile.open(fresh, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
    let lock: DaemonLock
    do throws(StoreError) {
      guard try take(descriptor, fresh) else { throw .locked(holder: unnamed) }
      lock = try made(descriptor, path, command, at)
    } catch {
      close(descriptor)
      unlink(fresh)
      throw error
    }
    guard rename(fresh, path) == 0 else {
      let failure = SystemFile.failure("replace", path)
      unlink(fresh)
      throw failure
    }
    try SystemFile.syncFolder(folder)
    return lock
  }

  /// Whether nobody has taken over: the file that we locked still is the one that others look at.
  package var isInForce: Bool { descriptor.withLock { held in held.map { Self.isAt(path, $0) } ?? false } }

  private static let unnamed = "a process that has not said yet who it is"

  private static func made(
    _ descriptor: Int32, _ path: String, _ command: String, _ at: Instant
  ) throws(StoreError) -> DaemonLock {
    let holder = LockHolder(pid: getpid(), startedAt: at, command: command, hostName: hostName())
    try write(holder, to: descriptor, path: path)
    return DaemonLock(holder: holder, path: path, descriptor: descriptor)
  }

  private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
    var (ours, there) = (stat(), stat())
    guard fstat(descriptor, &ours) == 0, lstat(path, &there) == 0 else { return false }
    return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
  }

  /// Who holds the lock of a state folder now; `nil`: nobody.
  package static func holder(folder: String) throws(StoreError) -> LockHolder? {
    let path = folder + "/" + fileName
    guard SystemFile.exists(path) else { return nil }
    let descriptor = try SystemFile.open(path, O_RDONLY | O_NOFOLLOW)
    defer { close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    guard errno == EWOULDBLOCK else { throw SystemFile.failure("look at the lock", path) }
    return written(in: path)
  }

  /// Gives the lock back; later calls do nothing.
  package func release() {
    descriptor.withLock { held in
      guard let descriptor = held else { return }
      _ = ftruncate(descriptor, 0)
      close(descriptor)
      held = nil
    }
  }

  private static func take(_ descriptor: Int32, _ path: String) throws(StoreError) -> Bool {
    for attempt in 1...attempts {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemFile.failure("lock", path) }
      if attempt < attempts { usleep(pauseMicroseconds) }
    }
    return false
  }

  /// One line, written before the file is cut, so that a reader always finds a whole first line.
  private static func write(_ holder: LockHolder, to descriptor: Int32, path: String) throws(StoreError) {
    let line = Array((try RecordCoding.text(holder) + "\n").utf8)
    try SystemFile.write(line, to: descriptor, path: path)
    guard ftruncate(descriptor, line.count) == 0, fsync(descriptor) == 0 else {
      throw SystemFile.failure("write", path)
    }
  }

  private static func written(in path: String) -> LockHolder? {
    guard let bytes = try? SystemFile.read(path, limit: maxHolder) else { return nil }
    let line = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    return try? RecordCoding.value(LockHolder.self, of: line)
  }

  static func hostName() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(HOST_NAME_MAX) + 1) { buffer in
      guard let name = buffer.baseAddress, gethostname(name, buffer.count) == 0 else { return "an unnamed host" }
      return String(cString: name)
    }
  }
}
