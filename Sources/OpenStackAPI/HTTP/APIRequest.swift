import Foundation
import NIOHTTP1

/// One call to a service, without address and token.
struct APIRequest: Sendable {
  var method: HTTPMethod
  /// Below the endpoint, with a leading slash; already escaped.
  var path: String
  var query: [(String, String)] = []
  var body: Data?
  /// Whether it may be sent again when it is not known if it arrived: GETs, and asking for a token.
  var repeatable: Bool
  /// Such as `compute 2.98`.
  var microversion: String?

  static func get(_ path: String, _ query: [(String, String)] = []) -> APIRequest {
    APIRequest(method: .GET, path: path, query: query, repeatable: true)
  }

  static func change(_ method: HTTPMethod, _ path: String, body: Data? = nil) -> APIRequest {
    APIRequest(method: method, path: path, body: body, repeatable: false)
  }

  /// For errors: method and path only.
  var operation: String { "\(method.rawValue) \(path)" }

  /// `path?query` with the query escaped.
  var target: String {
    if query.isEmpty { return path }
    return path + "?" + query.map { "\(Self.escape($0.0))=\(Self.escape($0.1))" }.joined(separator: "&")
  }

  /// Percent-encodes all but RFC 3986's unreserved characters: names of hosts and ids are put into paths.
  static func escape(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// A success: the status was 2xx.
struct APIResponse: Sendable {
  let status: Int
  let headers: HTTPHeaders
  let body: Data
  let operation: String

  var requestID: String? { headers.first(name: "x-openstack-request-id") }
}

/// What a service said: either way it answered.
enum APIAnswer: Sendable {
  case success(APIResponse)
  case refusal(RemoteError)
}
