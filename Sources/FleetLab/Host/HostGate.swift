import Foundation
import Synchronization

/// Lets connections into one host: starts `sshd -i` on each, and knows which ones live.
final class HostGate: Sendable {
  private struct State {
    var open = false
    /// Processes that wait for an sshd inside.
    var connections: Set<pid_t> = []
    var delayMilliseconds = 0
    var dropAfterBytes: Int?
  }

  private let namespace: HostNamespace
  private let loop: LabLoop
  private let state = Mutex(State())

  init(namespace: HostNamespace, loop: LabLoop) {
    self.namespace = namespace
    self.loop = loop
  }

  var connections: Set<pid_t> { state.withLock { $0.connections } }

  func setOpen(_ open: Bool) { state.withLock { $0.open = open } }

  func setDelay(_ milliseconds: Int) { state.withLock { $0.delayMilliseconds = milliseconds } }

  /// Connections made from now on break after so many bytes from the host.
  func setDrop(afterBytes bytes: Int?) { state.withLock { $0.dropAfterBytes = bytes } }

  /// Takes over a new connection. Called on the loop's thread.
  func accept(_ connection: Int32) {
    let (delay, bytes) = state.withLock { ($0.delayMilliseconds, $0.dropAfterBytes) }
    guard delay == 0, bytes == nil else {
      Thread.detachNewThread { [self] in
        usleep(UInt32(delay) * 1000)
        if let bytes { relay(connection, limit: bytes) } else { enter(connection) }
      }
      return
    }
    enter(connection)
  }

  /// Starts sshd with the connection as its standard streams.
  private func enter(_ connection: Int32) {
    defer { Descriptor.close(connection) }
    let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { Descriptor.close(nothing) }
    state.withLock { state in
      guard state.open else { return }
      let argv = namespace.inside(SSHServer.argv)
      guard let child = try? Child.spawn(argv, descriptors: [connection, connection, nothing]) else { return }
      state.connections.insert(child)
      loop.watch(child: child) { [self] _ in _ = self.state.withLock { $0.connections.remove(child) } }
    }
  }

  /// Copies both ways until `limit` bytes came from the host, then cuts.
  private func relay(_ outer: Int32, limit: Int) {
    guard let (inner, far) = try? Descriptor.socketPair() else { return Descriptor.close(outer) }
    enter(far)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      Self.copy(from: outer, to: inner, limit: .max)
      shutdown(inner, Int32(SHUT_RDWR))
      ended.signal()
    }
    Self.copy(from: inner, to: outer, limit: limit)
    // The other direction ends once both its ends are shut; only then may their numbers be used again.
    shutdown(outer, Int32(SHUT_RDWR))
    shutdown(inner, Int32(SHUT_RDWR))
    ended.wait()
    Descriptor.close(outer, inner)
  }

  private static func copy(from source: Int32, to target: Int32, limit: Int) {
    var copied = 0
    while copied < limit {
      var bytes: [UInt8] = []
      guard Descriptor.readMore(source, into: &bytes), !bytes.isEmpty else { return }
      let part = bytes.prefix(limit - copied)
      guard Descriptor.writeAll(target, part) else { return }
      copied += part.count
    }
  }
}
