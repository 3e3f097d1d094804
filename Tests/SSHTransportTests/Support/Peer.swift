import Glibc
import Synchronization

/// Addresses of servers under test.
enum Peer {
  /// Below the ports that the kernel gives to clients, or a client of another test could have taken one meanwhile.
  private static let nextPort = Atomic<Int>(Int.random(in: 0..<20_000))

  static func freePort(_ address: String) throws -> Int {
    for _ in 0..<1000 {
      let port = 12_000 + nextPort.add(1, ordering: .relaxed).newValue % 20_000
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      if withName(address, port, { bind(descriptor, $0, $1) }) == 0 { return port }
    }
    throw Command.Failure(text: "no free port on \(address)")
  }

  static func answers(_ address: String, _ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return withName(address, port) { connect(descriptor, $0, $1) } == 0
  }

  static func answers(unixSocket path: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    } == 0
  }

  static func withName<Result>(
    _ address: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = inet_addr(address)
    name.sin_port = UInt16(port).bigEndian
    return withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
