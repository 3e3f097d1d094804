import Glibc

/// Opens TCP connections on the loop.
struct Dialer {
  /// Once an idle connection has been silent so long, the kernel asks; it keeps NAT tables alive between operations.
  private static let kernelKeepaliveSeconds: Int32 = 60

  var loop: SSHLoop
  var calls: BlockingCalls

  /// A connected, registered, non-blocking socket. The caller closes it.
  ///
  /// All addresses of a name are tried in the resolver's order, within one deadline.
  ///
  /// - Throws: `unreachable`, `cancelled`, `systemLimit`.
  func connect(
    to endpoint: SSHEndpoint, until deadline: MonotonicTime, isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) -> Int32 {
    var last = SSHError(.unreachable, host: endpoint.host, "the name has no address")
    for address in try await addresses(of: endpoint, until: deadline) {
      do {
        return try await connect(to: address, of: endpoint, until: deadline)
      } catch {
        if error.kind != .unreachable { throw error }
        last = error
      }
      if MonotonicTime.now >= deadline { break }
    }
    throw last
  }

  private func addresses(
    of endpoint: SSHEndpoint, until deadline: MonotonicTime, isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) -> [SocketAddress] {
    let (host, port) = (endpoint.host, endpoint.port)
    guard (1...65535).contains(port) else {
      throw SSHError(.invalidRequest, host: host, "\(port) is not a port number", expected: "1 to 65535")
    }
    var answer = AddressResolution.numeric(host, port: port)
    if answer == nil {
      answer = await loop.blocking(on: calls, until: deadline) { AddressResolution.lookUp(host, port: port) }
    }
    switch answer {
    case .addresses(let addresses): return addresses
    case .failure(let cause):
      throw SSHError(.unreachable, host: host, "the name cannot be resolved", cause: cause)
    case nil:
      if Task.isCancelled { throw SSHError(.cancelled, host: host, "cancelled while resolving the name") }
      throw SSHError(.unreachable, host: host, "the name was not resolved in time")
    }
  }

  private func connect(
    to address: SocketAddress, of endpoint: SSHEndpoint, until deadline: MonotonicTime,
    isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) -> Int32 {
    let host = endpoint.host
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else {
      throw SSHError(.systemLimit, host: host, "no socket", cause: SystemCall.text(errno))
    }
    setOptions(descriptor)
    loop.register(descriptor)
    var code: Int32 = 0
    if address.withPointer({ Glibc.connect(descriptor, $0, $1) }) != 0 { code = errno }
    var wake = SSHLoop.Wake.ready([])
    if code == EINPROGRESS || code == EINTR {
      wake = await loop.wait(SSHLoop.Interest(descriptor: descriptor, events: .output), until: deadline)
      var length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    }
    if case .ready = wake, code == 0 { return descriptor }
    loop.unregister(descriptor)
    close(descriptor)
    switch wake {
    case .cancelled: throw SSHError(.cancelled, host: host, "cancelled while connecting")
    case .timedOut:
      throw SSHError(.unreachable, host: host, "no answer on TCP port \(endpoint.port) in time")
    case .ready:
      throw SSHError(
        .unreachable, host: host, "TCP port \(endpoint.port) cannot be reached", cause: SystemCall.text(code))
    }
  }

  private func setOptions(_ descriptor: Int32) {
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
      var value = value
      setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Self.kernelKeepaliveSeconds)
  }
}
