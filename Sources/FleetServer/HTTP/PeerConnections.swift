import NIOCore
import Synchronization

/// Counts connections by the address that they come from: one address cannot take all that there may be.
final class PeerConnections: Sendable {
  private let most: Int
  private let counts = Mutex<[String: Int]>([:])

  init(most: Int) { self.most = most }

  /// Whether there may be one more; it is counted then, until `end`.
  func begin(_ peer: String) -> Bool {
    counts.withLock { counts in
      let count = counts[peer] ?? 0
      guard count < most else { return false }
      counts[peer] = count + 1
      return true
    }
  }

  func end(_ peer: String) {
    counts.withLock { counts in
      let left = (counts[peer] ?? 1) - 1
      counts[peer] = left > 0 ? left : nil
    }
  }
}

/// Closes a connection that is one too many of its address. Each connection has one.
final class PeerBound: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  private let connections: PeerConnections
  /// Under which address it is counted; `nil`: it is not.
  private var counted: String?

  init(_ connections: PeerConnections) { self.connections = connections }

  func channelActive(context: ChannelHandlerContext) {
    let peer = context.channel.peerAddress
    let isWithin = connections.begin(peer)
    if isWithin { counted = peer }
    context.fireChannelActive()
    if !isWithin { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let counted { connections.end(counted) }
    counted = nil
    context.fireChannelInactive()
  }
}
