import FleetCore
import FleetServer
import Foundation
import Testing

/// The tokens at rest.
@Suite struct TokenFileTests {
  private static func with(_ body: (TokenFile) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "sevfleet-tokens-\(UUID().uuidString.prefix(12))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(TokenFile(folder: folder))
  }

  private static func kind(_ body: () throws -> Void) -> TokenError.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? TokenError)?.kind
    }
  }

  @Test func itKeepsNoSecret() throws {
    try Self.with { file in
      #expect(try file.tokens().isEmpty)
      let made = try file.create("ada", role: .operator, at: Bench.start, expiresAt: Bench.start + .seconds(60))
      let content = try String(contentsOfFile: file.path, encoding: .utf8)
      #expect(!content.contains(made.secret))
      #expect(content.contains(TokenSecret.hash(made.secret)))
      #expect(try file.tokens() == [made.token])
      let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(made.secret.utf8.count == 43)
    }
  }

  @Test func aNameIsTakenOnceAndComesFreeAgain() throws {
    try Self.with { file in
      _ = try file.create("ada", role: .viewer, at: Bench.start, expiresAt: nil)
      #expect(
        Self.kind { _ = try file.create("ada", role: .operator, at: Bench.start, expiresAt: nil) } == .nameTaken)
      try file.revoke("ada")
      #expect(Self.kind { try file.revoke("ada") } == .noToken)
      _ = try file.create("ada", role: .operator, at: Bench.start, expiresAt: nil)
      #expect(try file.tokens().map(\.role) == [.operator])
    }
  }

  @Test func aTokenHasAnOwner() throws {
    try Self.with { file in
      let own = try file.create("ada", role: .operator, at: Bench.start, expiresAt: nil).token
      let other = try file.create("laptop", owner: "ada", role: .operator, at: Bench.start, expiresAt: nil).token
      #expect(own.owner == "ada" && own.actor == "ada")
      #expect(other.owner == "ada" && other.actor == "ada/laptop")
      #expect(try file.tokens() == [own, other])
      for owner in ["", "a/b", "a b", String(repeating: "a", count: 65)] {
        #expect(
          Self.kind { _ = try file.create("x", owner: owner, role: .viewer, at: Bench.start, expiresAt: nil) }
            == .badName, "\(owner)")
      }
      #expect(try file.tokens().count == 2)
    }
  }

  @Test func aTokenOfBeforeThereWereOwnersIsItsNames() throws {
    try Self.with { file in
      let made = try file.create("ada", role: .operator, at: Bench.start, expiresAt: nil).token
      let text = try String(contentsOfFile: file.path, encoding: .utf8)
      let old = text.split(separator: "\n").filter { !$0.contains("\"owner\"") }.joined(separator: "\n")
      #expect(old != text.trimmingCharacters(in: .newlines))
      try Data(old.utf8).write(to: URL(fileURLWithPath: file.path))
      #expect(try file.tokens() == [made])
    }
  }

  @Test func namesAreNames() throws {
    try Self.with { file in
      for name in ["", "-a", "a b", "a\nb", "a/b", "é", String(repeating: "a", count: 65)] {
        #expect(
          Self.kind { _ = try file.create(name, role: .viewer, at: Bench.start, expiresAt: nil) } == .badName, "\(name)"
        )
      }
      for name in ["a", "ada@ops", "ci-bot_2.x", String(repeating: "a", count: 64)] {
        _ = try file.create(name, role: .viewer, at: Bench.start, expiresAt: nil)
      }
    }
  }

  @Test func thereIsAnEndToThem() throws {
    try Self.with { file in
      for number in 0..<TokenFile.maxTokens {
        _ = try file.create("t\(number)", role: .viewer, at: Bench.start, expiresAt: nil)
      }
      #expect(Self.kind { _ = try file.create("more", role: .viewer, at: Bench.start, expiresAt: nil) } == .tooMany)
    }
  }

  @Test func whatOthersMayReadIsNotBelieved() throws {
    try Self.with { file in
      _ = try file.create("ada", role: .viewer, at: Bench.start, expiresAt: nil)
      for mode in [0o640, 0o604, 0o620, 0o602] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        #expect(Self.kind { _ = try file.tokens() } == .notPrivate, "\(mode)")
      }
    }
  }

  @Test func whatIsNoFileOfTokensIsTold() throws {
    try Self.with { file in
      for content in [
        "", "{", "[]", #"{"schema": "sevfleet.tokens/2", "tokens": []}"#, String(repeating: " ", count: 300_000),
      ] {
        try? FileManager.default.removeItem(atPath: file.path)
        #expect(
          FileManager.default.createFile(
            atPath: file.path, contents: Data(content.utf8), attributes: [.posixPermissions: 0o600]))
        #expect(Self.kind { _ = try file.tokens() } == .unreadable)
      }
    }
  }

  /// Wherever somebody links it to, it is not followed.
  @Test func aLinkIsNotFollowed() throws {
    try Self.with { file in
      try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/etc/hostname")
      #expect(Self.kind { _ = try file.tokens() } == .file)
    }
  }

  @Test func secretsDiffer() {
    var seen: Set<String> = []
    for _ in 0..<1000 { #expect(seen.insert(TokenSecret.mint()).inserted) }
  }

  /// Held against Foundation's base64, for every length.
  @Test func base64urlIsThat() {
    for count in 0...40 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        .replacing("=", with: "")
      #expect(TokenSecret.base64url(bytes) == expected)
    }
  }

  @Test func hashesAreEqualOrNot() {
    #expect(TokenSecret.equal("abc", "abc"))
    for other in ["", "ab", "abd", "abcd", "xbc"] { #expect(!TokenSecret.equal("abc", other)) }
  }

  /// What is created or revoked by another process counts at once, and a file that cannot be read lets nobody in.
  @Test func theBookFollowsTheFile() throws {
    try Self.with { file in
      let book = TokenBook(file)
      #expect(try book.find("none", at: Bench.start) == .unknown)
      let made = try file.create("ada", role: .viewer, at: Bench.start, expiresAt: Bench.start + .seconds(60))
      #expect(try book.find(made.secret, at: Bench.start) == .token(made.token))
      #expect(try book.find(made.secret, at: Bench.start + .seconds(60)) == .expired(name: "ada"))
      try FileManager.default.removeItem(atPath: file.path)
      #expect(
        FileManager.default.createFile(atPath: file.path, contents: Data(), attributes: [.posixPermissions: 0o600]))
      #expect(Self.kind { _ = try book.find(made.secret, at: Bench.start) } == .unreadable)
    }
  }
}
