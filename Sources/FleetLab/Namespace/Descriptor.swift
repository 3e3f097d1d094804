import Glibc

/// Small operations on file descriptors. Every descriptor made here closes itself in programs that are started.
enum Descriptor {
  static func pipe() throws(LabError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else {
      throw LabError(.spawn, "no pipe can be made", cause: String(cString: strerror(errno)))
    }
    closeInChildren(ends[0], ends[1])
    return (ends[0], ends[1])
  }

  /// Reads nothing, swallows everything.
  static func null() throws(LabError) -> Int32 {
    let descriptor = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw LabError(.spawn, "/dev/null cannot be opened", cause: String(cString: strerror(errno)))
    }
    return descriptor
  }

  /// Two connected stream sockets.
  static func socketPair() throws(LabError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw LabError(.spawn, "no socket pair can be made", cause: String(cString: strerror(errno)))
    }
    return (ends[0], ends[1])
  }

  static func close(_ descriptors: Int32...) {
    for descriptor in descriptors where descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  static func closeInChildren(_ descriptors: Int32...) {
    for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
  }

  static func setNonBlocking(_ descriptor: Int32) {
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
  }

  /// Appends what can be read now. False at the end of the stream or on an error.
  static func readMore(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
    let (count, failure) = withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      let failure = errno
      if count > 0 { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
      return (count, failure)
    }
    return count > 0 || (count < 0 && (failure == EAGAIN || failure == EINTR))
  }

  /// Writes everything, waiting where the other end is slow. False if the other end is gone.
  @discardableResult
  static func writeAll(_ descriptor: Int32, _ bytes: some Collection<UInt8>) -> Bool {
    let data = Array(bytes)
    var sent = 0
    while sent < data.count {
      let count = data[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // A reader that takes nothing for this long is gone.
        guard poll(&watched, 1, 10_000) > 0 else { return false }
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
