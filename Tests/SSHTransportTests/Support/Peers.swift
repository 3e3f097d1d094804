import Foundation
import Glibc
import Synchronization

/// A TCP or Unix socket whose connections a closure serves, each on its own thread.
final class FakeServer: Sendable {
  let port: Int
  private let listener: Int32
  private let open = Mutex<[Int32]>([])

  /// - Parameter serve: gets each connection; it is closed when the server stops.
  init(port: Int? = nil, serve: @escaping @Sendable (Int32) -> Void) throws {
    self.port = try port ?? Peer.freePort("127.0.0.1")
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = inet_addr("127.0.0.1")
    name.sin_port = UInt16(self.port).bigEndian
    try listen(&name, MemoryLayout<sockaddr_in>.size, serve)
  }

  init(unixSocket path: String, serve: @escaping @Sendable (Int32) -> Void) throws {
    port = 0
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    try listen(&name, MemoryLayout<sockaddr_un>.size, serve)
  }

  private func listen<Name>(_ name: inout Name, _ size: Int, _ serve: @escaping @Sendable (Int32) -> Void) throws {
    let descriptor = listener
    let code = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(size)) }
    }
    guard code == 0, Glibc.listen(listener, 128) == 0 else { throw Command.Failure(text: "cannot listen: \(errno)") }
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { return }
        self?.open.withLock { $0.append(connection) }
        Thread.detachNewThread { serve(connection) }
      }
    }
  }

  /// Connections accepted so far.
  var accepted: Int { open.withLock { $0.count } }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    for connection in open.withLock({ $0 }) {
      shutdown(connection, Int32(SHUT_RDWR))
      close(connection)
    }
  }
}

/// Passes TCP on to a server, until told to stop: then it keeps both sides open and passes nothing.
final class Relay: Sendable {
  private let server: FakeServer
  private let state: State

  private final class State: Sendable {
    let isFrozen = Atomic<Bool>(false)
    let passed = Atomic<Int>(0)
  }

  var port: Int { server.port }
  /// Bytes passed on, both ways.
  var passed: Int { state.passed.load(ordering: .acquiring) }

  init(to target: Int) throws {
    let state = State()
    self.state = state
    server = try FakeServer { connection in
      let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_addr.s_addr = inet_addr("127.0.0.1")
      name.sin_port = UInt16(target).bigEndian
      _ = withUnsafePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      Thread.detachNewThread { Self.pass(upstream, connection, state) }
      Self.pass(connection, upstream, state)
      close(upstream)
    }
  }

  func freeze() { state.isFrozen.store(true, ordering: .releasing) }

  private static func pass(_ from: Int32, _ to: Int32, _ state: State) {
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = recv(from, &buffer, buffer.count, 0)
      if count <= 0 { break }
      if state.isFrozen.load(ordering: .acquiring) { continue }
      if send(to, buffer, count, Int32(MSG_NOSIGNAL)) < 0 { break }
      state.passed.add(count, ordering: .relaxed)
    }
    shutdown(to, Int32(SHUT_WR))
  }
}
