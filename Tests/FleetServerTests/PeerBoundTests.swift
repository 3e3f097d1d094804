import FleetServer
import NIOCore
import NIOPosix
import Testing

/// One address cannot take all connections.
@Suite struct PeerBoundTests {
  /// Tells the first line that comes; `nil`: the connection was closed before.
  private final class FirstLine: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let line: EventLoopPromise<String?>

    init(_ line: EventLoopPromise<String?>) { self.line = line }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let text = String(buffer: unwrapInboundIn(data))
      line.succeed(text.split(separator: "\r\n").first.map(String.init) ?? "")
    }

    func channelInactive(context: ChannelHandlerContext) { line.succeed(nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private struct Connection {
    var channel: any Channel
    var answer: String?
  }

  /// Connects from a loopback address, asks once and stays.
  private static func connect(_ bench: Bench, from address: String) async throws -> Connection {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let line = loop.makePromise(of: String?.self)
    let channel = try await ClientBootstrap(group: loop)
      .bind(to: SocketAddress(ipAddress: address, port: 0))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(FirstLine(line)) }
      }
      .connect(host: "127.0.0.1", port: bench.server.address.port).get()
    channel.writeAndFlush(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"), promise: nil)
    let answer = try await line.futureResult.get()
    return Connection(channel: channel, answer: answer)
  }

  @Test func oneTooManyIsClosedAndOthersAreServed() async throws {
    try await Bench.run(connectionsOfOne: 3) { bench in
      var open: [Connection] = []
      for _ in 0..<3 { open.append(try await Self.connect(bench, from: "127.0.0.1")) }
      #expect(open.map(\.answer) == Array(repeating: "HTTP/1.1 200 OK", count: 3))
      for _ in 0..<5 {
        let closed = try await Self.connect(bench, from: "127.0.0.1")
        #expect(closed.answer == nil)
      }
      let other = try await Self.connect(bench, from: "127.0.0.2")
      #expect(other.answer == "HTTP/1.1 200 OK", "others are not meant")
      // Whoever leaves makes room; the server hears of it a little later.
      try await open.removeFirst().channel.close()
      var again: Connection?
      for _ in 0..<1000 where again?.answer == nil { again = try await Self.connect(bench, from: "127.0.0.1") }
      #expect(again?.answer == "HTTP/1.1 200 OK")
      for connection in open + [other] + (again.map { [$0] } ?? []) { try? await connection.channel.close() }
    }
  }
}
