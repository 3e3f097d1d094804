package import FleetCore
import Synchronization

/// Browsers that signed in with a token. Kept in memory only: a restart of the controller signs everybody out.
package final class SessionBook: Sendable {
  /// A day's work; whoever comes back tomorrow signs in again.
  package static let lifetime = Duration.seconds(12 * 3600)
  /// Sessions of one token: a person's browsers. One more ends the oldest.
  package static let perToken = 16
  /// Sessions at all.
  package static let maxSessions = 1024

  struct Session: Hashable, Sendable {
    /// Of the token it was opened with.
    var token: String
    var csrf: String
    var began: Instant

    func isValid(at now: Instant) -> Bool { now >= began && now - began < SessionBook.lifetime }
  }

  /// By the hash of the session's id, so that a look into memory gives no cookie away.
  private let sessions = Mutex<[String: Session]>([:])

  package init() {}

  /// Opens a session. Returns its id, for the cookie.
  package func open(token: String, at now: Instant) -> String {
    let id = TokenSecret.mint()
    let session = Session(token: token, csrf: TokenSecret.mint(), began: now)
    sessions.withLock { sessions in
      sessions = sessions.filter { $0.value.isValid(at: now) }
      let own = sessions.filter { $0.value.token == token }
      if own.count >= Self.perToken { Self.dropOldest(own, &sessions) }
      if sessions.count >= Self.maxSessions { Self.dropOldest(sessions, &sessions) }
      sessions[TokenSecret.hash(id)] = session
    }
    return id
  }

  private static func dropOldest(_ some: [String: Session], _ sessions: inout [String: Session]) {
    guard let oldest = some.min(by: { $0.value.began < $1.value.began }) else { return }
    sessions[oldest.key] = nil
  }

  /// The session of a cookie, with the key it is ended by; `nil`: it is over, or never was.
  func find(_ id: String, at now: Instant) -> (key: String, session: Session)? {
    guard id.utf8.count <= TokenSecret.maxLength else { return nil }
    let key = TokenSecret.hash(id)
    return find(key: key, at: now).map { (key, $0) }
  }

  /// Whether a cookie still is that of a session.
  package func holds(_ id: String, at now: Instant) -> Bool { find(id, at: now) != nil }

  func find(key: String, at now: Instant) -> Session? {
    sessions.withLock { $0[key] }.flatMap { $0.isValid(at: now) ? $0 : nil }
  }

  func end(key: String) { sessions.withLock { $0[key] = nil } }

  package var count: Int { sessions.withLock(\.count) }
}
