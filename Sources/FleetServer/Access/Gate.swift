import FleetCore
import HTTPTypes

/// Who is let in, and as whom.
struct Gate: Sendable {
  /// What a request brings along to show who it is from.
  struct Credentials: Hashable, Sendable {
    var authorization: String?
    var cookie: String?

    init(_ headers: HTTPFields) {
      authorization = headers[.authorization]
      cookie = headers[values: .cookie].lazy.compactMap(SessionCookie.value).first
    }
  }

  let tokens: TokenBook
  let sessions: SessionBook
  let limiter: FailureLimiter
  let now: @Sendable () -> Instant

  /// Throws 401, 429, and 503 where the tokens cannot be read. A token wins over a session.
  func admit(_ credentials: Credentials, from peer: String) throws -> Caller {
    if let authorization = credentials.authorization {
      let words = authorization.split(separator: " ")
      guard words.count == 2, words[0].lowercased() == "bearer" else {
        throw APIProblem(401, "notBearer", "the authorization is no bearer token", expected: "Bearer TOKEN")
      }
      return try admit(secret: String(words[1]), from: peer)
    }
    guard let cookie = credentials.cookie else {
      throw APIProblem(401, "noToken", "this needs a token", expected: "Authorization: Bearer TOKEN")
    }
    guard let (key, session) = sessions.find(cookie, at: now()) else {
      throw APIProblem(401, "signedOut", "the session is over; sign in again")
    }
    var caller = try caller(session, key)
    caller.csrf = SessionBook.csrf(cookie)
    return caller
  }

  func admit(secret: String, from peer: String) throws -> Caller {
    switch try tokens.find(secret, at: now()) {
    case .token(let token): return Caller(name: token.actor, role: token.role, hash: token.sha256)
    case .expired(let name): throw APIProblem(401, "tokenExpired", "the token \(name) has expired")
    case .unknown:
      if let seconds = limiter.fail(peer) {
        throw APIProblem(
          429, "tooManyFailures", "too many wrong tokens came from this address", retryAfter: seconds)
      }
      throw APIProblem(401, "wrongToken", "the token is not known here")
    }
  }

  /// Whether who was let in still would be: tokens are revoked and sessions end while streams go on.
  func stillAdmits(_ caller: Caller) -> Bool {
    guard let key = caller.session else {
      guard case .token(let token)? = try? tokens.find(hash: caller.hash, at: now()) else { return false }
      return token.role >= caller.role
    }
    guard let session = sessions.find(key: key, at: now()), let found = try? self.caller(session, key) else {
      return false
    }
    return found.role >= caller.role
  }

  private func caller(_ session: SessionBook.Session, _ key: String) throws -> Caller {
    guard case .token(let token) = try tokens.find(hash: session.token, at: now()) else {
      sessions.end(key: key)
      throw APIProblem(401, "signedOut", "the token of this session holds no more; sign in again")
    }
    return Caller(name: token.actor, role: token.role, hash: token.sha256, session: key)
  }
}

/// The cookie of a browser's session.
package enum SessionCookie {
  package static let name = "sevfleet-session"

  /// Its value in a `Cookie` field.
  static func value(_ field: String) -> String? {
    for pair in field.split(separator: ";") {
      let sides = pair.split(separator: "=", maxSplits: 1)
      if sides.count == 2, sides[0].drop(while: { $0 == " " }) == name { return String(sides[1]) }
    }
    return nil
  }

  /// What sets it; `nil`: what takes it away.
  package static func field(_ id: String?, isSecure: Bool) -> String {
    let age = id == nil ? 0 : SessionBook.lifetime.wholeSeconds
    return "\(name)=\(id ?? ""); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
  }
}
