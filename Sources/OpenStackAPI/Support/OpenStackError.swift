/// Why a call to an OpenStack service did not give what was asked for.
package struct OpenStackError: Error, Sendable, CustomStringConvertible {
  /// Stable names; decide by these, never by a text.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No connection could be made.
    case unreachable
    /// No answer, or no whole answer, within the deadline.
    case timedOut
    /// The TLS session was refused, by either side; most often an unknown CA.
    case tlsRefused
    /// A connection broke while it was in use.
    case connectionLost
    /// The answer was larger than `OpenStackLimits.responseBytes`.
    case responseTooLarge
    /// The answer was not what the API describes.
    case undecodable
    /// 401: wrong credentials, or a new token was refused as well.
    case unauthorized
    /// 403.
    case forbidden
    /// 404.
    case notFound
    /// 409: the state of the thing does not allow it (now).
    case conflict
    /// 400: refused whatever the state; from Nova 24 on also "a SEV server cannot be live-migrated".
    case badRequest
    /// 5xx.
    case remoteFailure
    /// Any other status that is not a success.
    case refused
    /// The catalog has no such service (in this region, for this interface).
    case serviceNotInCatalog
    /// The catalog has the service in several regions and the configuration names none.
    case regionAmbiguous
    /// The service is too old for this call.
    case microversionTooOld
    /// The service answered in another microversion than it was asked for, so a proxy drops the header.
    case microversionIgnored
    /// The credentials do not see what an administrator sees; the answer proves nothing.
    case notAdmin
    /// A listing did not end within its bounds.
    case pagingEndless
    /// The task that made the call was cancelled.
    case cancelled
  }

  package let kind: Kind
  package let service: ServiceType
  /// Method and path, such as `PUT /os-services/691e…`; no host, no query, no secret.
  package let operation: String
  /// One sentence for people.
  package let text: String
  package let expected: String?
  package let found: String?
  /// The service's own answer, where there was one.
  package let remote: RemoteError?
  /// The error below, where there was one.
  package let cause: (any Error)?
  /// Whether a change may have happened although the call failed. Then observe before doing it again.
  package let mayHaveTakenEffect: Bool

  package init(
    _ kind: Kind, service: ServiceType, operation: String, text: String, expected: String? = nil,
    found: String? = nil, remote: RemoteError? = nil, cause: (any Error)? = nil, mayHaveTakenEffect: Bool = false
  ) {
    self.kind = kind
    self.service = service
    self.operation = operation
    self.text = text
    self.expected = expected
    self.found = found
    self.remote = remote
    self.cause = cause
    self.mayHaveTakenEffect = mayHaveTakenEffect
  }

  package var description: String {
    var line = "\(service.word): \(operation): \(text)"
    if let expected { line += "; expected \(expected)" }
    if let found { line += "; found \(found)" }
    if let message = remote?.message { line += "; it says: \(message)" }
    if let id = remote?.requestID { line += " (\(id))" }
    return line
  }
}
