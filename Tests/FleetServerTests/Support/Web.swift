import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// A client for tests: no redirects are followed, and a great many connections may stand open.
struct Web: Sendable {
  struct Reply: Sendable {
    var status: Int
    var headers: [String: [String]]
    var text: String

    func header(_ name: String) -> String? { headers[name]?.first }

    /// The document, if it is one.
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    func string(_ key: String) -> String? { json[key] as? String }
  }

  let client: HTTPClient

  /// `trusts`: a file with the certificate that is believed in.
  /// `patience`: seconds for which it tries to connect.
  init(trusts: String? = nil, patience: Int64 = 60) throws {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(patience)
    configuration.redirectConfiguration = .disallow
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
    if let trusts {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(trusts))
      configuration.tlsConfiguration = tls
    }
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func end() async throws { try await client.shutdown() }

  /// Time is a backstop against a hang, never a measurement.
  private static let limit = TimeAmount.seconds(120)
  private static let maxBody = 64 * 1024 * 1024

  func ask(
    _ method: String, _ url: String, headers: [String: String] = [:], body: String? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: url)
    request.method = .init(rawValue: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(string: body)) }
    let response = try await client.execute(request, timeout: Self.limit)
    let bytes = try await response.body.collect(upTo: Self.maxBody)
    var fields: [String: [String]] = [:]
    for (name, value) in response.headers { fields[name.lowercased(), default: []].append(value) }
    return Reply(status: Int(response.status.code), headers: fields, text: String(buffer: bytes))
  }
}
