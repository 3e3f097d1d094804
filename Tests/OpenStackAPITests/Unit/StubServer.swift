import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server on a loopback port that says what a test wants, and remembers what it was asked.
final class StubServer: Sendable {
  struct Request: Sendable {
    var method: String
    /// Without the query.
    var path: String
    /// Still escaped.
    var query: String
    var headers: HTTPHeaders
    var body: String

    func header(_ name: String) -> String? { headers.first(name: name) }
  }

  enum Reply: Sendable {
    case answer(Int, [String: String] = [:], String)
    /// The connection is closed without an answer.
    case drop
    /// Nothing ever comes.
    case silence

    static func json(_ body: String, _ headers: [String: String] = [:]) -> Reply { .answer(200, headers, body) }
  }

  private let channel: any Channel
  private let log: Log

  /// What was asked, in order.
  var requests: [Request] { log.seen.withLock { $0 } }
  let url: String

  fileprivate final class Log: Sendable {
    let seen = Mutex<[Request]>([])
  }

  static func start(
    tls: Bool = false, _ respond: @escaping @Sendable (Request) -> Reply
  ) async throws -> StubServer {
    let log = Log()
    let context = tls ? try tlsContext() : nil
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(StubHandler(log, respond))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return StubServer(channel, log, "\(tls ? "https" : "http")://127.0.0.1:\(channel.localAddress?.port ?? 0)")
  }

  private init(_ channel: any Channel, _ log: Log, _ url: String) {
    self.channel = channel
    self.log = log
    self.url = url
  }

  func stop() async throws { try await channel.close() }

  private static func tlsContext() throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.server.utf8))
    let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
  }
}

private final class StubHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let log: StubServer.Log
  private let respond: @Sendable (StubServer.Request) -> StubServer.Reply
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()

  init(_ log: StubServer.Log, _ respond: @escaping @Sendable (StubServer.Request) -> StubServer.Reply) {
    self.log = log
    self.respond = respond
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
      let request = StubServer.Request(
        method: head.method.rawValue, path: parts[0], query: parts.count > 1 ? parts[1] : "", headers: head.headers,
        body: String(buffer: body))
      log.seen.withLock { $0.append(request) }
      reply(respond(request), context)
    }
  }

  private func reply(_ reply: StubServer.Reply, _ context: ChannelHandlerContext) {
    switch reply {
    case .silence: break
    case .drop: context.close(promise: nil)
    case .answer(let status, let headers, let text):
      var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status))
      for (name, value) in headers { head.headers.add(name: name, value: value) }
      head.headers.add(name: "Content-Length", value: "\(text.utf8.count)")
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
