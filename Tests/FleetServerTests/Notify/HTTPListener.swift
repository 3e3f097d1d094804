import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a loopback port that answers with a status, and remembers what it was sent.
final class HTTPListener: Sendable {
  struct Request: Sendable {
    /// As `POST /path HTTP/1.1`.
    var line: String
    /// By name in lower case.
    var headers: [String: String]
    var body: String
  }

  fileprivate final class Log: Sendable {
    let seen = Mutex<[Request]>([])
  }

  private let channel: any Channel
  private let log: Log

  var requests: [Request] { log.seen.withLock { $0 } }
  var port: Int { channel.localAddress?.port ?? 0 }

  static func start(_ status: @escaping @Sendable (Request) -> Int) async throws -> HTTPListener {
    let log = Log()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(log, status))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return HTTPListener(channel, log)
  }

  private init(_ channel: any Channel, _ log: Log) {
    self.channel = channel
    self.log = log
  }

  func stop() async { try? await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: Log
    private let status: @Sendable (Request) -> Int
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ log: Log, _ status: @escaping @Sendable (Request) -> Int) {
      self.log = log
      self.status = status
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body.clear()
      case .body(var part): body.writeBuffer(&part)
      case .end:
        guard let head else { return }
        let request = Request(
          line: "\(head.method.rawValue) \(head.uri) \(head.version)",
          headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
          body: String(buffer: body))
        log.seen.withLock { $0.append(request) }
        var answer = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status(request)))
        answer.headers.add(name: "Location", value: "/elsewhere")
        answer.headers.add(name: "Content-Length", value: "0")
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
