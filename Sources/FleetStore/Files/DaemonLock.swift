package import FleetCore
import Glibc
import Synchronization

/// The right to drive hosts (RULES K): `flock` on a file in the state folder, held while this value is held.
///
/// The system gives the lock back when the process ends, however it ends; the file stays and says nothing by itself.
/// The descriptor is closed on exec, so that no child keeps the lock alive.
package final class DaemonLock: Sendable {
  package static let fileName = "lock"
  /// A look at the holder takes the lock for an instant; an attempt that meets one tries again.
  private static let attempts = 5
  private static let pauseMicroseconds: UInt32 = 20_000
  /// Bytes that a holder's line may have: a command line can be long.
  private static let maxHolder = 64 * 1024

  package let holder: LockHolder
  private let descriptor: Mutex<Int32?>

  private init(holder: LockHolder, descriptor: Int32) {
    self.holder = holder
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Takes the lock of a state folder, made where it is missing. Throws `locked` with the holder's own words, `file`.
  package static func acquire(folder: String, command: String, at: Instant) throws(StoreError) -> DaemonLock {
    try SystemFile.makeFolder(folder)
    let path = folder + "/" + fileName
    let descriptor = try SystemFile.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
    do throws(StoreError) {
      guard try take(descriptor, path) else {
        throw .locked(holder: written(in: path)?.text ?? "a process that has not said yet who it is")
      }
      let holder = LockHolder(pid: getpid(), startedAt: at, command: command, hostName: hostName())
      try write(holder, to: descriptor, path: path)
      return DaemonLock(holder: holder, descriptor: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
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

  private static func hostName() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(HOST_NAME_MAX) + 1) { buffer in
      guard let name = buffer.baseAddress, gethostname(name, buffer.count) == 0 else { return "an unnamed host" }
      return String(cString: name)
    }
  }
}
