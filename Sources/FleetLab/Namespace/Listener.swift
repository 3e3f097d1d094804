import Glibc

/// Opens listening sockets.
enum Listener {
  /// More connections than this at once wait in vain; a fleet's controller opens a few per host.
  private static let backlog: Int32 = 64

  /// A listener on one loopback address.
  static func tcp(address: String, port: UInt16) throws(LabError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    guard inet_pton(AF_INET, address, &place.sin_addr) == 1, address.hasPrefix("127.") else {
      throw LabError(.invalid, "\(address) is not a loopback address")
    }
    let descriptor = socket(AF_INET, type, 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let bound = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
      let cause = String(cString: strerror(errno))
      Descriptor.close(descriptor)
      throw LabError(.listen, "cannot listen on \(address) port \(port)", cause: cause)
    }
    return descriptor
  }

  /// A listener at a path; the path may lie in another process's root.
  static func unix(path: String, mode: mode_t) throws(LabError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    unlink(path)
    let bound = withUnixAddress(path) { bind(descriptor, $0, $1) }
    guard bound == 0, chmod(path, mode) == 0, Glibc.listen(descriptor, backlog) == 0 else {
      let cause = String(cString: strerror(errno))
      Descriptor.close(descriptor)
      throw LabError(.listen, "cannot listen on \(path)", cause: cause)
    }
    return descriptor
  }

  /// A connection to a socket at a path.
  static func connect(path: String) throws(LabError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard withUnixAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      let cause = String(cString: strerror(errno))
      Descriptor.close(descriptor)
      throw LabError(.control, "no lab answers at \(path)", cause: cause)
    }
    return descriptor
  }

  private static func withUnixAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var place = sockaddr_un()
    place.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: place.sun_path) else {
      errno = ENAMETOOLONG
      return -1
    }
    withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  /// Who is at the other end of a Unix socket.
  static func peer(_ descriptor: Int32) -> (pid: pid_t, user: uid_t)? {
    // struct ucred: process, user, group; and SO_PEERCRED, which the Glibc module exports for some machines only.
    var credentials: [Int32] = [0, 0, 0]
    var size = socklen_t(MemoryLayout<Int32>.size * credentials.count)
    guard getsockopt(descriptor, SOL_SOCKET, peerCredentials, &credentials, &size) == 0 else { return nil }
    return (credentials[0], uid_t(bitPattern: credentials[1]))
  }

  private static let peerCredentials: Int32 = 17
}
