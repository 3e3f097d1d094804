import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Plain HTTP for the bed, written without the product's own client, so that a mistake there cannot hide itself.
enum BedHTTP {
  struct Refused: Error, CustomStringConvertible {
    var status: Int
    var description: String
  }

  struct Answer: Sendable {
    var headers: [String: String]
    var body: Data
  }

  private static let session: URLSession = {
    let settings = URLSessionConfiguration.ephemeral
    // Backstop: a loaded bed answers within seconds.
    settings.timeoutIntervalForRequest = 90
    return URLSession(configuration: settings)
  }()

  static func call(
    _ method: String, _ url: String, _ body: Data? = nil, headers: [String: String] = [:]
  ) async throws -> Answer {
    guard let address = URL(string: url) else { throw Refused(status: 0, description: "no URL: \(url)") }
    var request = URLRequest(url: address)
    request.httpMethod = method
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    request.httpBody = body
    let (data, response) = try await session.data(for: request)
    guard let http = response as? HTTPURLResponse else { throw Refused(status: 0, description: "no HTTP: \(url)") }
    guard (200...299).contains(http.statusCode) else {
      let text = String(decoding: data, as: UTF8.self)
      throw Refused(status: http.statusCode, description: "\(http.statusCode) \(method) \(url): \(text)")
    }
    var found: [String: String] = [:]
    for (name, value) in http.allHeaderFields { found["\(name)".lowercased()] = "\(value)" }
    return Answer(headers: found, body: data)
  }

  static func json(_ body: [String: Any]) throws -> Data { try JSONSerialization.data(withJSONObject: body) }
}

struct TooLate: Error, CustomStringConvertible {
  let description: String
}

/// Polls `look` until it gives a value; throws what was seen last when `limit` is over.
@discardableResult
func eventually<Value: Sendable>(
  _ what: String, within limit: Duration = .seconds(120), isolation: isolated (any Actor)? = #isolation,
  _ look: () async throws -> (Value?, seen: String)
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while true {
    let (value, seen) = try await look()
    if let value { return value }
    if ContinuousClock.now > deadline { throw TooLate(description: "no \(what) within \(limit); last seen: \(seen)") }
    try await Task.sleep(for: .milliseconds(200))
  }
}
