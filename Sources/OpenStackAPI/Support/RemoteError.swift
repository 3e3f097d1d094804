import Foundation

/// What a service answered when it refused. Kept whole for people; programs decide by `status`.
package struct RemoteError: Sendable, Hashable {
  /// HTTP status.
  package let status: Int
  /// The service's own sentence, if the body is the JSON that OpenStack services send: the `message` inside the one
  /// top-level value, whose key varies (`conflictingRequest`, `error`, …) and is not looked at.
  package let message: String?
  /// `x-openstack-request-id`: finds the call in the service's own logs.
  package let requestID: String?
  /// The body, at most `OpenStackLimits.errorBodyBytes` of it.
  package let body: String
  /// Whether `body` is only the beginning.
  package let truncated: Bool

  init(status: Int, requestID: String?, body: [UInt8], truncated: Bool, secrets: [Secret]) {
    self.status = status
    self.requestID = requestID
    self.truncated = truncated
    self.body = Secret.redact(String(decoding: body, as: UTF8.self), secrets)
    self.message = Self.message(in: Data(body)).map { Secret.redact($0, secrets) }
  }

  /// A refusal that no service sent: for stand-ins.
  package init(status: Int, message: String?, requestID: String? = nil, body: String = "") {
    self.status = status
    self.message = message
    self.requestID = requestID
    self.body = body
    truncated = false
  }

  private static func message(in body: Data) -> String? {
    guard let json = try? JSONDecoder().decode(JSONValue.self, from: body), case .object(let members) = json else {
      return nil
    }
    // Placement sends a list of errors with a `detail` each, the others one object with a `message`.
    if case .array(let errors)? = members["errors"] { return errors.first?["detail"]?.scalarText }
    return members.values.lazy.compactMap { $0["message"]?.scalarText }.first
  }
}
