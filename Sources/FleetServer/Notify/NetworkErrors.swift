import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// Errors of the libraries below, as what a person should do something about.
enum NetworkErrors {
  static func failure(_ error: any Error) -> NotifyFailure {
    switch error {
    case let error as NotifyFailure: return error
    case let error as HTTPClientError:
      switch error {
      case .connectTimeout, .getConnectionFromPoolTimeout, .deadlineExceeded, .readTimeout, .writeTimeout:
        return NotifyFailure(.timedOut, "it did not answer in time")
      case .tlsHandshakeTimeout: return untrusted
      default: return NotifyFailure(.unreachable, "the connection broke")
      }
    case is NIOConnectionError, is IOError: return NotifyFailure(.unreachable, "there is no connection to it")
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return untrusted
    case let error as ChannelError:
      if case .connectTimeout = error { return NotifyFailure(.timedOut, "it did not answer in time") }
      return NotifyFailure(.unreachable, "the connection broke")
    default: return NotifyFailure(.unreachable, "the connection broke")
    }
  }

  static let untrusted = NotifyFailure(
    .tlsRefused, "there is no trusted TLS session with it; does ca_file name its authority?")

  static func trust(_ path: String) throws(NotifyFailure) -> NIOSSLTrustRoots {
    do {
      return .certificates(try NIOSSLCertificate.fromPEMFile(path))
    } catch {
      throw NotifyFailure(.badFile, "the file \(path) holds no certificates in PEM")
    }
  }
}
