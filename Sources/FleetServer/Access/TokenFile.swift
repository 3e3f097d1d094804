package import FleetCore
import Foundation
import Glibc

/// `tokens.json` of the state folder: mode 0600, replaced as a whole, so that a reader finds the old tokens or the new.
package struct TokenFile: Sendable {
  package static let name = "tokens.json"
  private static let lockName = "tokens.lock"
  /// Tokens at once: one a person and one a program, for more of them than look after a fleet.
  package static let maxTokens = 256
  /// Bytes of a file with so many tokens, four times over.
  private static let maxBytes = 256 * 1024

  private struct Content: Codable {
    static let schema = "sevfleet.tokens/1"
    var schema: String
    var tokens: [APIToken]
  }

  package let folder: String

  package init(folder: String) { self.folder = folder }

  package var path: String { file.path }
  private var file: PrivateFile { PrivateFile(folder: folder, name: Self.name) }

  /// Every token, by name; none where there is no file yet.
  package func tokens() throws(TokenError) -> [APIToken] {
    guard let bytes = try file.read(atMost: Self.maxBytes) else { return [] }
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)), content.schema == Content.schema
    else {
      throw TokenError(
        .unreadable, "\(path) holds no tokens of this version", expected: Content.schema, found: "something else")
    }
    return content.tokens.sorted { $0.name < $1.name }
  }

  /// Makes a token and returns its secret, which is kept nowhere. Throws `badName`, `nameTaken`, `tooMany`.
  /// `owner`: who acts with it; `nil`: a person of the token's name.
  package func create(
    _ name: String, owner: String? = nil, role: Role, at now: Instant, expiresAt: Instant?
  ) throws(TokenError) -> (token: APIToken, secret: String) {
    for (text, what) in [(name, "a token"), (owner ?? name, "a person")] where !APIToken.isName(text) {
      throw TokenError(
        .badName, "\(text) is no name for \(what)", expected: "at most 64 letters, digits and . _ @ -", found: text)
    }
    let secret = TokenSecret.mint()
    let token = APIToken(
      name: name, owner: owner, role: role, sha256: TokenSecret.hash(secret), createdAt: now, expiresAt: expiresAt)
    try change { tokens throws(TokenError) in
      guard !tokens.contains(where: { $0.name == name }) else {
        throw TokenError(.nameTaken, "there is a token \(name) already; revoke it first", found: name)
      }
      guard tokens.count < Self.maxTokens else {
        throw TokenError(.tooMany, "there are \(tokens.count) tokens; revoke one first", expected: "\(Self.maxTokens)")
      }
      tokens.append(token)
    }
    return (token, secret)
  }

  /// Throws `noToken`.
  package func revoke(_ name: String) throws(TokenError) {
    try change { tokens throws(TokenError) in
      guard let index = tokens.firstIndex(where: { $0.name == name }) else {
        throw TokenError(.noToken, "there is no token \(name)", found: name)
      }
      tokens.remove(at: index)
    }
  }

  /// What changes when the file does; `nil`: there is none.
  func mark() -> TokenFileMark? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return TokenFileMark(
      inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: Int64(status.st_ctim.tv_sec),
      nanoseconds: Int64(status.st_ctim.tv_nsec))
  }

  // MARK: The file

  private func change(_ body: (inout [APIToken]) throws(TokenError) -> Void) throws(TokenError) {
    let lock = open("\(folder)/\(Self.lockName)", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw failure("lock") }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure("lock") }
    }
    var tokens = try tokens()
    try body(&tokens)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let content = Content(schema: Content.schema, tokens: tokens.sorted { $0.name < $1.name })
    guard let data = try? encoder.encode(content) else {
      throw TokenError(.file, "the tokens cannot be written as JSON")
    }
    try file.replace(Array(data) + [0x0A])
  }

  private func failure(_ operation: String) -> TokenError {
    TokenError(.file, "could not \(operation) \(folder)/\(Self.lockName): errno \(errno)")
  }
}

/// Tells one content of the file from another, and one mode: the times are those of its last change of either.
struct TokenFileMark: Hashable, Sendable {
  var inode: UInt64
  var size: Int64
  var seconds: Int64
  var nanoseconds: Int64
}
