import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL

extension HTTPTransport {
  /// Errors of four libraries as one: what the caller may conclude is in `kind` and `mayHaveTakenEffect`.
  static func map(
    _ error: any Error, _ request: APIRequest, _ service: ServiceType, base: String, limits: OpenStackLimits
  ) -> OpenStackError {
    let (kind, sent) = classify(error)
    let text =
      switch kind {
      case .unreachable: "no connection to \(base)"
      case .timedOut:
        sent ? "no whole answer from \(base) within \(limits.request)" : "no connection to \(base) in time"
      case .tlsRefused: "no trusted TLS session with \(base); does `cacert` of the cloud name its CA?"
      case .responseTooLarge: "the answer is larger than \(limits.responseBytes) bytes"
      case .cancelled: "cancelled"
      default: "the connection to \(base) broke"
      }
    return OpenStackError(
      kind, service: service, operation: request.operation, text: text,
      found: kind == .cancelled ? nil : "\(error)", cause: error,
      mayHaveTakenEffect: sent && !request.repeatable)
  }

  /// The kind, and whether the request may have reached the service.
  private static func classify(_ error: any Error) -> (OpenStackError.Kind, sent: Bool) {
    if error is CancellationError { return (.cancelled, true) }
    if error is NIOTooManyBytesError { return (.responseTooLarge, true) }
    if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError { return (.tlsRefused, false) }
    if let error = error as? HTTPClientError {
      switch error {
      case .cancelled: return (.cancelled, true)
      case .connectTimeout, .getConnectionFromPoolTimeout: return (.unreachable, false)
      case .tlsHandshakeTimeout: return (.tlsRefused, false)
      case .deadlineExceeded, .readTimeout, .writeTimeout: return (.timedOut, true)
      default: return (.connectionLost, true)
      }
    }
    // By name, for the type is of NIOPosix, which this target does not depend on.
    if "\(type(of: error))" == "NIOConnectionError" { return (.unreachable, false) }
    if let error = error as? IOError {
      // Only a refused connect is certain to come before the request; routes also vanish under it.
      if error.errnoCode == ECONNREFUSED { return (.unreachable, false) }
      return ([EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode) ? .unreachable : .connectionLost, true)
    }
    if let error = error as? ChannelError, case .connectTimeout = error { return (.unreachable, false) }
    return (.connectionLost, true)
  }
}
