import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on a loopback port that answers line by line as a test says, and remembers what it heard.
final class ScriptedPeer: Sendable {
  /// What comes back for a line. `encrypt` sends the text and then begins TLS.
  enum Answer: Sendable {
    case say(String)
    case encrypt(String)
    case close
    case silence
  }

  typealias Script = @Sendable (String) -> Answer

  private let channel: any Channel
  private let heard = Mutex<[String]>([])

  var port: Int { channel.localAddress?.port ?? 0 }
  /// Every line, without its end, in order; those that came encrypted begin with a `*`.
  var lines: [String] { heard.withLock { $0 } }

  /// - Parameters:
  ///   - greeting: said when a connection is there.
  ///   - script: asked for each line.
  static func start(
    greeting: String? = nil, certificate: NIOSSLContext? = nil, _ script: @escaping Script
  ) async throws -> ScriptedPeer {
    let box = Box()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            LineHandler(greeting: greeting, certificate: certificate, script: script) { line in
              box.value?.heard.withLock { $0.append(line) }
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let peer = ScriptedPeer(channel)
    box.set(peer)
    return peer
  }

  private init(_ channel: any Channel) { self.channel = channel }

  func stop() async { try? await channel.close() }
}

/// The peer, for handlers that are made before it is.
private final class Box: Sendable {
  private let peer = Mutex<ScriptedPeer?>(nil)

  var value: ScriptedPeer? { peer.withLock { $0 } }
  func set(_ value: ScriptedPeer) { peer.withLock { $0 = value } }
}

private final class LineHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let greeting: String?
  private let certificate: NIOSSLContext?
  private let script: ScriptedPeer.Script
  private let heard: @Sendable (String) -> Void
  private var unread = ByteBuffer()
  private var isEncrypted = false

  init(
    greeting: String?, certificate: NIOSSLContext?, script: @escaping ScriptedPeer.Script,
    heard: @escaping @Sendable (String) -> Void
  ) {
    self.greeting = greeting
    self.certificate = certificate
    self.script = script
    self.heard = heard
  }

  func channelActive(context: ChannelHandlerContext) {
    if let greeting { say(greeting, context) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var part = unwrapInboundIn(data)
    unread.writeBuffer(&part)
    while let end = unread.readableBytesView.firstIndex(of: 0x0A) {
      var bytes = Array(unread.readableBytesView[..<end])
      unread.moveReaderIndex(to: end + 1)
      if bytes.last == 0x0D { bytes.removeLast() }
      let line = String(decoding: bytes, as: UTF8.self)
      heard(isEncrypted ? "*\(line)" : line)
      answer(script(line), context)
    }
  }

  private func answer(_ answer: ScriptedPeer.Answer, _ context: ChannelHandlerContext) {
    switch answer {
    case .say(let text): say(text, context)
    case .close: context.close(promise: nil)
    case .silence: break
    case .encrypt(let text):
      say(text, context)
      guard let certificate else { return }
      isEncrypted = true
      try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate), position: .first)
    }
  }

  private func say(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
