import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The HTTP server in front of the compute API: reads requests whole, asks, writes answers.
struct ComputeHTTPServer: Sendable {
  /// The port it really has.
  let port: Int
  private let running: Task<Void, any Error>

  /// Largest request body; Nova's own limit is 114688 bytes.
  private static let bodyLimit = 114_688

  /// - Throws: when the port cannot be had.
  static func start(
    port: Int, handler: @escaping @Sendable (APICall) async -> APIAnswer
  ) async throws -> ComputeHTTPServer {
    let (ports, announcer) = AsyncThrowingStream<Int, any Error>.makeStream()
    var logger = Logger(label: "lab-compute")
    logger.logLevel = .critical
    let application = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
        response(await handler(try await call(request)))
      },
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { announcer.yield($0.localAddress?.port ?? 0) },
      logger: logger)
    let running = Task {
      do {
        try await application.run()
        announcer.finish()
      } catch {
        announcer.finish(throwing: error)
        throw error
      }
    }
    for try await port in ports { return ComputeHTTPServer(port: port, running: running) }
    throw CancellationError()
  }

  /// Closes the port; requests under way are dropped.
  func stop() async {
    running.cancel()
    _ = await running.result
  }

  private static func call(_ request: Request) async throws -> APICall {
    let body = try await request.body.collect(upTo: bodyLimit)
    let target = (request.head.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = target[0].split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
    return APICall(
      method: request.method.rawValue, path: path,
      query: target.count > 1 ? APICall.decodedQuery(target[1]) : [],
      headers: Dictionary(headers) { "\($0), \($1)" },
      body: Data(body.readableBytesView),
      requestID: "req-" + UUID().uuidString.lowercased())
  }

  private static func response(_ answer: APIAnswer) -> Response {
    var headers = HTTPFields()
    for header in answer.headers {
      guard let name = HTTPField.Name(header.name) else { continue }
      headers.append(HTTPField(name: name, value: header.value))
    }
    guard let body = answer.body else {
      return Response(status: .init(code: answer.status), headers: headers)
    }
    headers[.contentType] = answer.contentType
    return Response(
      status: .init(code: answer.status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
  }
}
