import Hummingbird
import NIOCore

/// What a connection tells of whoever is at its other end.
struct PeerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Its address without the port; of an IPv6 address its network.
  let peer: String
  let hangUp: @Sendable () -> Void

  init(source: Source) {
    coreContext = .init(source: source)
    peer = source.channel.peerAddress
    let channel = source.channel
    hangUp = { channel.close(promise: nil) }
  }
}
