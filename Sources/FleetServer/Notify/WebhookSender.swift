import AsyncHTTPClient
import FleetCore
import FleetFormats
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// Sends signed bodies by HTTP. Follows no redirect: the body was meant for this URL.
final class WebhookSender: Sendable {
  /// Statuses that say that this very body will never be taken: bad request, gone, too large, wrong type, unprocessable.
  private static let ofBody: Set<UInt> = [400, 410, 413, 415, 422]

  private let bounds: NotifyBounds
  private let now: @Sendable () -> Instant
  /// By the file of trusted authorities.
  private let clients = Mutex<[String?: HTTPClient]>([:])

  init(bounds: NotifyBounds, now: @escaping @Sendable () -> Instant) {
    self.bounds = bounds
    self.now = now
  }

  func shutdown() async {
    let open = clients.withLock { clients in
      defer { clients = [:] }
      return Array(clients.values)
    }
    for client in open { try? await client.shutdown() }
  }

  /// Sent when a 2xx has come.
  func send(_ piece: Notification, to webhook: NotifySettings.Webhook) async throws(NotifyFailure) {
    let secret = try SecretFile.read(webhook.secretFile, bytes: NotifyBounds.secretBytes)
    let request = try Self.request(piece, to: webhook.url, secret: secret, at: now())
    let client = try client(webhook.caFile)
    let status: HTTPResponseStatus
    do {
      status = try await client.execute(request, timeout: TimeAmount(bounds.webhook)).status
    } catch {
      throw NetworkErrors.failure(error)
    }
    guard (200...299).contains(status.code) else {
      throw NotifyFailure(
        .refused, "it answered HTTP \(status.code)", isOfMessage: Self.ofBody.contains(status.code))
    }
  }

  private static func request(
    _ piece: Notification, to url: String, secret: [UInt8], at: Instant
  ) throws(NotifyFailure) -> HTTPClientRequest {
    let body: [UInt8]
    do throws(JSONTextError) {
      body = Array(try JSONText.compact(NotificationDocument(piece)).utf8)
    } catch {
      throw NotifyFailure(.badAnswer, "entry \(piece.entry.seq) cannot be written as JSON", isOfMessage: true)
    }
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "User-Agent", value: "sevfleet")
    request.headers.add(name: "X-Sevfleet-Event", value: piece.notifyClass.rawValue)
    // The same for a repeat, so that a receiver can tell one.
    request.headers.add(name: "X-Sevfleet-Delivery", value: "\(piece.entry.seq)")
    request.headers.add(
      name: WebhookSignature.header,
      value: WebhookSignature.value(body: body, secret: secret, seconds: at.milliseconds / 1000))
    request.body = .bytes(ByteBuffer(bytes: body))
    return request
  }

  private func client(_ caFile: String?) throws(NotifyFailure) -> HTTPClient {
    if let client = clients.withLock({ $0[caFile] }) { return client }
    var tls = TLSConfiguration.makeClientConfiguration()
    if let caFile { tls.trustRoots = try NetworkErrors.trust(caFile) }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(bounds.connect)))
    // Retries are counted and journalled by the outbox.
    configuration.connectionPool.retryConnectionEstablishment = false
    let made = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    // Whoever was faster is kept; the other one was never used.
    let kept = clients.withLock { clients in
      let kept = clients[caFile] ?? made
      clients[caFile] = kept
      return kept
    }
    if kept !== made { made.shutdown { _ in } }
    return kept
  }
}
