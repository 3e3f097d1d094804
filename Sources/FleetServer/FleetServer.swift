import FleetEngine
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The API, the events and the pages of a controller, in the process that drives the hosts.
package final class FleetServer: Sendable {
  /// Where it listens; the port is the one that it has.
  package let address: ListenAddress
  package let isSecure: Bool
  /// Everything that it answers, `GET /v1/hosts`.
  package let routes: [String]
  package let feed: EventFeed
  private let group: ServiceGroup
  private let serving: Task<Void, any Error>
  private let following: Task<Void, Never>

  private init(
    address: ListenAddress, isSecure: Bool, routes: [String], feed: EventFeed, group: ServiceGroup,
    serving: Task<Void, any Error>,
    following: Task<Void, Never>
  ) {
    self.address = address
    self.isSecure = isSecure
    self.routes = routes
    self.feed = feed
    self.group = group
    self.serving = serving
    self.following = following
  }

  /// `http://127.0.0.1:8443`.
  package var url: String { "\(isSecure ? "https" : "http")://\(address)" }

  /// Begins to serve; `ended` is told why where it ends although nobody stopped it. Throws `badCertificate` and
  /// `notListening`.
  package static func start(
    _ configuration: ServerConfiguration, source: any ServerSource, tokens: TokenFile,
    pages: (any ServerPages)? = nil, ended: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(ServerError) -> FleetServer {
    let tls = try configuration.tlsConfiguration()
    let feed = EventFeed(source.store)
    let gate = Gate(
      tokens: TokenBook(tokens), sessions: SessionBook(folder: tokens.folder), limiter: FailureLimiter(),
      now: { source.clock.now() })
    let services = RouteServices(
      source: source, feed: feed, gate: gate, metrics: FleetMetrics(source, feed), isSecure: tls != nil)
    let table = RouteTable(services, pages: pages)
    let dispatcher = Dispatcher(table: table, gate: gate, pages: pages)
    let (ports, announcer) = AsyncStream<Int>.makeStream()
    let group: ServiceGroup
    do {
      group = try self.group(configuration, tls, dispatcher) { announcer.yield($0) }
    } catch {
      throw ServerError(.badCertificate, "TLS cannot be set up: \(error)")
    }
    let serving = Task {
      defer { announcer.finish() }
      try await group.run()
    }
    for await port in ports {
      var address = configuration.address
      address.port = port
      Task {
        let why = await cause(serving)
        if !feed.isClosed { ended(why) }
      }
      return FleetServer(
        address: address, isSecure: tls != nil, routes: table.routes.map(\.title), feed: feed, group: group,
        serving: serving,
        following: Task { await feed.run() })
    }
    throw await ServerError(
      .notListening, "it cannot listen at \(configuration.address): \(cause(serving))",
      found: "\(configuration.address)")
  }

  private static func cause(_ serving: Task<Void, any Error>) async -> String {
    switch await serving.result {
    case .success: "it ended by itself"
    case .failure(let error): "\(error)"
    }
  }

  /// Ends: streams first, then what is under way, and after `ServerBounds.farewell` whatever is left.
  package func stop() async {
    feed.close(nil)
    following.cancel()
    await group.triggerGracefulShutdown()
    _ = await serving.result
    await following.value
  }

  private static func group(
    _ configuration: ServerConfiguration, _ tls: TLSConfiguration?, _ dispatcher: Dispatcher,
    onPort: @escaping @Sendable (Int) -> Void
  ) throws -> ServiceGroup {
    // What happens is told in the journal and in answers.
    var logger = Logger(label: "sevfleet-server")
    logger.logLevel = .critical
    let peers = PeerConnections(most: configuration.connectionsOfOne)
    let http = HTTPServerBuilder.http1(
      configuration: .init(
        additionalChannelHandlers: [PeerBound(peers)],
        idleTimeout: .seconds(Int64(ServerBounds.idle)),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: ServerBounds.headers, maxHeaderListSize: ServerBounds.headers,
          maxHeaderFieldCount: ServerBounds.headerFields)))
    let application = Application(
      responder: CallbackResponder { (request: Request, context: PeerContext) in
        await dispatcher.respond(request, context)
      },
      server: try tls.map { try .tls(http, tlsConfiguration: $0) } ?? http,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.address.host, port: configuration.address.port),
        availableConnectionsDelegate: .maximum(ServerBounds.connections, logger: logger)),
      onServerRunning: { onPort($0.localAddress?.port ?? 0) },
      logger: logger)
    var lifecycle = ServiceGroupConfiguration(services: [application], logger: logger)
    lifecycle.maximumGracefulShutdownDuration = ServerBounds.farewell
    return ServiceGroup(configuration: lifecycle)
  }
}
