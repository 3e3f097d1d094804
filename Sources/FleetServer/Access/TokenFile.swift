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

  package var path: String { "\(folder)/\(Self.name)" }

  /// Every token, by name; none where there is no file yet.
  package func tokens() throws(TokenError) -> [APIToken] {
    guard let bytes = try read() else { return [] }
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)), content.schema == Content.schema
    else {
      throw TokenError(
        .unreadable, "\(path) holds no tokens of this version", expected: Content.schema, found: "something else")
    }
    return content.tokens.sorted { $0.name < $1.name }
  }

  /// Makes a token and returns its secret, which is kept nowhere. Throws `badName`, `nameTaken`, `tooMany`.
  package func create(
    _ name: String, role: Role, at now: Instant, expiresAt: Instant?
  ) throws(TokenError) -> (token: APIToken, secret: String) {
    guard APIToken.isName(name) else {
      throw TokenError(
        .badName, "\(name) is no name for a token", expected: "at most 64 letters, digits and . _ @ -", found: name)
    }
    let secret = TokenSecret.mint()
    let token = APIToken(
      name: name, role: role, sha256: TokenSecret.hash(secret), createdAt: now, expiresAt: expiresAt)
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
      inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: Int64(status.st_mtim.tv_sec),
      nanoseconds: Int64(status.st_mtim.tv_nsec))
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
    try replace(tokens.sorted { $0.name < $1.name })
  }

  private func read() throws(TokenError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("open")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("look at") }
    guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() || status.st_uid == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw TokenError(.notPrivate, "\(path) is not its owner's alone", expected: "mode 600", found: "mode \(mode)")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while bytes.count <= Self.maxBytes {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
    throw TokenError(.unreadable, "\(path) is too long", expected: "\(Self.maxBytes) bytes")
  }

  private func replace(_ tokens: [APIToken]) throws(TokenError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let data = try? encoder.encode(Content(schema: Content.schema, tokens: tokens)) else {
      throw TokenError(.file, "the tokens cannot be written as JSON")
    }
    let fresh = "\(path).new"
    // Left by a process that ended in the middle; nobody else writes it while we hold the lock.
    unlink(fresh)
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("make") }
    defer { close(descriptor) }
    var bytes = (Array(data) + [0x0A])[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write") }
      bytes = bytes.dropFirst(count)
    }
    guard fsync(descriptor) == 0, rename(fresh, path) == 0 else { throw failure("replace") }
    let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw failure("sync") }
    defer { close(parent) }
    guard fsync(parent) == 0 else { throw failure("sync") }
  }

  private func failure(_ operation: String) -> TokenError {
    TokenError(.file, "could not \(operation) \(path): errno \(errno)")
  }
}

/// Tells one content of the file from another.
struct TokenFileMark: Hashable, Sendable {
  var inode: UInt64
  var size: Int64
  var seconds: Int64
  var nanoseconds: Int64
}
