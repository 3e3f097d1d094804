package import FleetCore
import Synchronization

/// The tokens in force: a token that is created or revoked counts with the next request, without a restart.
package final class TokenBook: Sendable {
  package enum Finding: Hashable, Sendable {
    case token(APIToken)
    case expired(name: String)
    case unknown
  }

  private struct State {
    var mark: TokenFileMark?
    var tokens: Result<[APIToken], TokenError> = .success([])
  }

  private let file: TokenFile
  private let state = Mutex(State())

  package init(_ file: TokenFile) { self.file = file }

  /// Whose secret this is. Every token is compared, so that the time does not tell which one was near.
  package func find(_ secret: String, at now: Instant) throws(TokenError) -> Finding {
    guard secret.utf8.count <= TokenSecret.maxLength else { return .unknown }
    return try find(hash: TokenSecret.hash(secret), at: now)
  }

  /// As `find`, by what is kept of a secret.
  func find(hash: String, at now: Instant) throws(TokenError) -> Finding {
    var found: APIToken?
    for token in try tokens() where TokenSecret.equal(token.sha256, hash) { found = token }
    guard let found else { return .unknown }
    return found.isValid(at: now) ? .token(found) : .expired(name: found.name)
  }

  /// Throws where the file cannot be read: then nobody is let in.
  func tokens() throws(TokenError) -> [APIToken] {
    try state.withLock { state in
      let mark = file.mark()
      if mark != state.mark || mark == nil {
        do throws(TokenError) {
          state.tokens = .success(try file.tokens())
        } catch {
          state.tokens = .failure(error)
        }
        state.mark = mark
      }
      return state.tokens
    }.get()
  }
}
