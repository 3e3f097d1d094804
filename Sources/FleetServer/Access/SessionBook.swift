package import FleetCore
import FleetFormats
import Foundation
import Synchronization

/// Browsers that signed in with a token. They stay signed in over a restart of the controller: a page that follows a
/// rollout must not lose it then.
///
/// Only hashes are kept: neither the memory nor the file gives a cookie away.
package final class SessionBook: Sendable {
  package static let fileName = "sessions.json"
  /// A day's work; whoever comes back tomorrow signs in again.
  package static let lifetime = Duration.seconds(12 * 3600)
  /// Sessions of one token: a person's browsers. One more ends the oldest.
  package static let perToken = 16
  /// Sessions at all.
  package static let maxSessions = 1024
  /// Bytes of so many, twice over.
  private static let maxBytes = 512 * 1024

  struct Session: Hashable, Sendable, Codable {
    /// Of the token it was opened with.
    var token: String
    var began: Instant

    func isValid(at now: Instant) -> Bool { now >= began && now - began < SessionBook.lifetime }
  }

  /// By the hash of the session's id.
  private let sessions: Mutex<[String: Session]>
  private let file: PrivateFile?

  /// `folder`: the state folder; `nil`: they are kept in memory. What cannot be read is as if nobody had signed in.
  package init(folder: String? = nil) {
    file = folder.map { PrivateFile(folder: $0, name: Self.fileName) }
    let bytes = (try? file?.read(atMost: Self.maxBytes)) ?? nil
    let kept = bytes.flatMap { try? JSONDecoder().decode([String: Session].self, from: Data($0)) }
    sessions = Mutex(kept ?? [:])
  }

  /// What a form of a session brings along: only who has the cookie knows it, and it does not give the cookie away.
  static func csrf(_ id: String) -> String { TokenSecret.hash("form of \(id)") }

  /// Opens a session. Returns its id, for the cookie.
  package func open(token: String, at now: Instant) -> String {
    let id = TokenSecret.mint()
    change { sessions in
      sessions = sessions.filter { $0.value.isValid(at: now) }
      let own = sessions.filter { $0.value.token == token }
      if own.count >= Self.perToken { Self.dropOldest(own, &sessions) }
      if sessions.count >= Self.maxSessions { Self.dropOldest(sessions, &sessions) }
      sessions[TokenSecret.hash(id)] = Session(token: token, began: now)
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

  func end(key: String) { change { $0[key] = nil } }

  package var count: Int { sessions.withLock(\.count) }

  /// A disk that is full keeps nobody from signing in: what cannot be written is forgotten by a restart.
  private func change(_ body: (inout [String: Session]) -> Void) {
    sessions.withLock { sessions in
      body(&sessions)
      if let file, let data = try? JSONEncoder().encode(sessions) { try? file.replace(Array(data)) }
    }
  }
}
