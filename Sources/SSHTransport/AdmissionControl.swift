/// Lets a few in at a time, for each endpoint, in the order they came.
actor AdmissionControl {
  /// A queue of a thousand logins of a tenth of a second each, and some.
  private static let patience = Duration.seconds(300)

  nonisolated let loop: SSHLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let limit: Int
  private var inside: [SSHEndpoint: Int] = [:]
  private var queues: [SSHEndpoint: [UInt64]] = [:]

  init(limit: Int, loop: SSHLoop) {
    self.limit = limit
    self.loop = loop
  }

  /// Waits for a place. Whoever returns from here must call `leave` with the result.
  func enter(_ endpoint: SSHEndpoint) async throws(SSHError) -> SSHEndpoint {
    if inside[endpoint, default: 0] < limit {
      inside[endpoint, default: 0] += 1
      return endpoint
    }
    let turn = loop.newWaiter()
    queues[endpoint, default: []].append(turn)
    switch await loop.wait(id: turn, until: .now + Self.patience) {
    case .ready: return endpoint
    case .timedOut:
      queues[endpoint]?.removeAll { $0 == turn }
      throw SSHError(.timedOut, host: endpoint.host, "the queue for the jump host did not move in time")
    case .cancelled:
      queues[endpoint]?.removeAll { $0 == turn }
      throw SSHError(.cancelled, host: endpoint.host, "cancelled while waiting for the jump host")
    }
  }

  func leave(_ endpoint: SSHEndpoint) {
    while let next = queues[endpoint]?.first {
      queues[endpoint]?.removeFirst()
      if loop.resume(next, .ready([])) { return }
    }
    queues[endpoint] = nil
    inside[endpoint, default: 1] -= 1
    if inside[endpoint] == 0 { inside[endpoint] = nil }
  }
}
