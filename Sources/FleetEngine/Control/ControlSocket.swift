import Glibc

/// Where the holder of the lock is spoken to: a socket of mode 0600 in a folder of mode 0700 of the state folder.
///
/// It is reached through the open folder (`/proc/self/fd`): a socket's address holds 108 bytes, a state folder's path
/// may hold more, and what was checked is then what is used.
enum ControlSocket {
  static let folderName = "control"
  static let name = "socket"
  /// Clients that wait to be accepted.
  private static let backlog: Int32 = 16

  /// A listener in the state folder. Only the holder of the lock may call this: the socket that an earlier holder left
  /// is removed, and a listening one would be lost to its clients.
  static func listen(state: String) throws(ControlError) -> Int32 {
    let folder = try openFolder(state: state, makes: true)
    defer { close(folder) }
    guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw failure("remove the old control socket") }
    let descriptor = try make()
    do throws(ControlError) {
      try address(folder) { (address, size) throws(ControlError) in
        guard bind(descriptor, address, size) == 0 else { throw failure("make the control socket") }
      }
      guard fchmodat(folder, name, 0o600, 0) == 0, Glibc.listen(descriptor, backlog) == 0 else {
        throw failure("open the control socket")
      }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// A connection to whoever listens. Throws `notListening` where nobody does.
  static func connect(state: String) throws(ControlError) -> Int32 {
    let folder = try openFolder(state: state, makes: false)
    defer { close(folder) }
    let descriptor = try make()
    do throws(ControlError) {
      try address(folder) { (address, size) throws(ControlError) in
        guard Glibc.connect(descriptor, address, size) == 0 else {
          // EAGAIN: its queue is full, which also says that it accepts nobody.
          let isAway = [ENOENT, ECONNREFUSED, EAGAIN].contains(errno)
          throw isAway ? ControlError(.notListening, "no control socket is open") : failure("reach the control socket")
        }
      }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// The user at the other end, as the kernel tells it; `nil`: it does not.
  static func peerUser(_ descriptor: Int32) -> uid_t? {
    // `struct ucred` is three 32-bit words: process, user, group.
    var words: [UInt32] = [0, 0, 0]
    var size = socklen_t(words.count * MemoryLayout<UInt32>.size)
    let whole = size
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &words, &size) == 0, size == whole else { return nil }
    return words[1]
  }

  /// Never blocks, and is no child's.
  static func harden(_ descriptor: Int32) -> Bool {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
      && fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0
  }

  static func text(_ number: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let text = buffer.baseAddress, strerror_r(number, text, buffer.count) == 0 else { return "errno \(number)" }
      return String(cString: text)
    }
  }

  private static func failure(_ what: String, _ number: Int32 = errno) -> ControlError {
    let isRight = number == EACCES || number == EPERM || number == ELOOP
    return ControlError(isRight ? .notOurs : .system, "could not \(what): \(text(number))")
  }

  private static func make() throws(ControlError) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0, harden(descriptor) else { throw failure("make a socket") }
    return descriptor
  }

  /// The folder of the socket, open, and of nobody else. The listener makes it, and takes others' rights away.
  private static func openFolder(state: String, makes: Bool) throws(ControlError) -> Int32 {
    let path = "\(state)/\(folderName)"
    if makes, mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("make the folder \(path)") }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw ControlError(.notListening, "no control socket is open") }
      throw failure("open the folder \(path)")
    }
    do throws(ControlError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw failure("look at the folder \(path)") }
      guard status.st_uid == geteuid() || geteuid() == 0 else {
        throw ControlError(.notOurs, "the folder \(path) belongs to another user (\(status.st_uid))")
      }
      guard status.st_mode & 0o077 == 0 || (makes && fchmod(descriptor, 0o700) == 0) else {
        throw ControlError(.notOurs, "the folder \(path) is open to others")
      }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  private static func address(
    _ folder: Int32, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(ControlError) -> Void
  ) throws(ControlError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array("/proc/self/fd/\(folder)/\(name)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    try withUnsafePointer(to: address) { (pointer) throws(ControlError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (bound) throws(ControlError) in
        try body(bound, size)
      }
    }
  }
}
