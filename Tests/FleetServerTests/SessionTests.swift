import FleetCore
import FleetServer
import Foundation
import Testing

/// Browsers: they sign in with a token, and nobody else's page acts for them.
@Suite struct SessionTests {
  private static let form = "application/x-www-form-urlencoded"

  /// Signs in. Returns the cookie as a browser sends it back, and the session's word for forms.
  private static func signIn(_ bench: Bench, _ role: Role) async throws -> (cookie: String, csrf: String) {
    let secret = try #require(bench.secrets[role])
    let reply = try await bench.ask("POST", "/login", as: nil, body: #"{"token": "\#(secret)"}"#)
    #expect(reply.status == 200, "\(reply.text)")
    let field = try #require(reply.header("set-cookie"))
    let cookie = String(try #require(field.split(separator: ";").first))
    return (cookie, try #require(reply.string("csrf")))
  }

  @Test func theCookieIsHeldTight() async throws {
    try await Bench.run { bench in
      let secret = try #require(bench.secrets[.viewer])
      let reply = try await bench.ask("POST", "/login", as: nil, body: #"{"token": "\#(secret)"}"#)
      let field = try #require(reply.header("set-cookie"))
      for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        #expect(field.contains(word), "\(field)")
      }
      #expect(!field.contains("Secure"), "without TLS no browser would send it back")
      #expect(!field.contains(secret))
      #expect(SessionCookie.field("x", isSecure: true).hasSuffix("; Secure"))
    }
  }

  @Test func aSessionReadsAsItsTokenDoes() async throws {
    try await Bench.run { bench in
      for role in Role.allCases {
        let session = try await Self.signIn(bench, role)
        let reply = try await bench.ask("GET", "/v1/session", as: nil, headers: ["cookie": session.cookie])
        #expect(reply.string("name") == "the-\(role.rawValue)")
        #expect(reply.string("role") == role.rawValue)
        #expect(reply.string("csrf") == session.csrf)
      }
      #expect(try await bench.ask("GET", "/v1/session").json["csrf"] is String == false)
      for cookie in ["sevfleet-session=", "sevfleet-session=x", "other=1", "sevfleet-session"] {
        #expect(try await bench.ask("GET", "/v1/session", as: nil, headers: ["cookie": cookie]).status == 401)
      }
    }
  }

  @Test func nothingIsDoneWithoutTheSessionsWord() async throws {
    try await Bench.run { bench in
      let session = try await Self.signIn(bench, .operator)
      let other = try await Self.signIn(bench, .operator)
      let path = "/v1/hosts/h1/release"
      let body = #"{"reason": "mended"}"#
      for wrong in [nil, "", "x", other.csrf] {
        var headers = ["cookie": session.cookie]
        headers["x-csrf-token"] = wrong
        let reply = try await bench.ask("POST", path, as: nil, body: body, headers: headers)
        #expect(reply.status == 403, "\(wrong ?? "none")")
        #expect(reply.string("kind") == "wrongForm")
      }
      #expect(bench.source.released.lines.isEmpty)
      let headers = ["cookie": session.cookie, "x-csrf-token": session.csrf]
      #expect(try await bench.ask("POST", path, as: nil, body: body, headers: headers).status == 200)
      #expect(bench.source.released.lines == ["h1 mended the-operator"])
    }
  }

  @Test func aFormActsAndGoesOnToAPage() async throws {
    try await Bench.run { bench in
      let session = try await Self.signIn(bench, .operator)
      for (back, page) in [
        ("%2Fhosts%2Fh1", "/hosts/h1"), ("", "/"), ("%2F%2Fevil.example", "/"), ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"), ("%2Fa%0D%0Ab", "/"),
      ] {
        let reply = try await bench.ask(
          "POST", "/v1/hosts/h1/release", as: nil, body: "csrf=\(session.csrf)&reason=it+is+mended&back=\(back)",
          type: Self.form, headers: ["cookie": session.cookie])
        #expect(reply.status == 303, "\(back): \(reply.text)")
        #expect(reply.header("location") == page, "\(back)")
      }
      #expect(bench.source.released.lines.first == "h1 it is mended the-operator")
    }
  }

  @Test func anotherSiteMayNotAsk() async throws {
    try await Bench.run { bench in
      let session = try await Self.signIn(bench, .operator)
      let secret = try #require(bench.secrets[.operator])
      for site in ["cross-site", "same-site"] {
        let headers = ["cookie": session.cookie, "x-csrf-token": session.csrf, "sec-fetch-site": site]
        let acted = try await bench.ask(
          "POST", "/v1/hosts/h1/release", as: nil, body: #"{"reason": "x"}"#, headers: headers)
        #expect(acted.status == 403)
        let signed = try await bench.ask(
          "POST", "/login", as: nil, body: "token=\(secret)", type: Self.form, headers: ["sec-fetch-site": site])
        #expect(signed.status == 403, "nobody is signed in as somebody else")
        #expect(signed.header("set-cookie") == nil)
      }
    }
  }

  @Test func aSessionEndsWithItsTokenAndWhenItIsEnded() async throws {
    try await Bench.run { bench in
      let session = try await Self.signIn(bench, .operator)
      let other = try await Self.signIn(bench, .operator)
      func ask(_ cookie: String) async throws -> Int {
        try await bench.ask("GET", "/v1/session", as: nil, headers: ["cookie": cookie]).status
      }
      let out = try await bench.ask(
        "POST", "/logout", as: nil, headers: ["cookie": session.cookie, "x-csrf-token": session.csrf])
      #expect(out.status == 200)
      #expect(out.header("set-cookie")?.contains("Max-Age=0") == true)
      #expect(try await ask(session.cookie) == 401)
      #expect(try await ask(other.cookie) == 200)
      try bench.tokens.revoke("the-operator")
      #expect(try await ask(other.cookie) == 401)
    }
  }

  @Test func aSessionOutlivesARestart() async throws {
    try await Bench.run { bench in
      let session = try await Self.signIn(bench, .operator)
      let ended = try await Self.signIn(bench, .operator)
      let headers = ["cookie": ended.cookie, "x-csrf-token": ended.csrf]
      #expect(try await bench.ask("POST", "/logout", as: nil, headers: headers).status == 200)
      await bench.server.stop()
      let configuration = try ServerConfiguration(address: ListenAddress("127.0.0.1:0"))
      let again = try await FleetServer.start(configuration, source: bench.source, tokens: bench.tokens)
      let kept = try await bench.web.ask("GET", again.url + "/v1/session", headers: ["cookie": session.cookie])
      #expect(kept.string("csrf") == session.csrf)
      let gone = try await bench.web.ask("GET", again.url + "/v1/session", headers: ["cookie": ended.cookie])
      #expect(gone.status == 401)
      await again.stop()
      // What lies on the disk lets nobody in.
      let file = "\(bench.folder)/\(SessionBook.fileName)"
      let content = try String(contentsOfFile: file, encoding: .utf8)
      let id = try #require(session.cookie.split(separator: "=").last)
      #expect(!content.contains(id) && !content.contains(session.csrf))
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func sessionsThatCannotBeReadAreNone() throws {
    let folder = NSTemporaryDirectory() + "sevfleet-sessions-\(UUID().uuidString.prefix(12))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for content in ["", "{", "[]", #"{"x": 1}"#] {
      let file = "\(folder)/\(SessionBook.fileName)"
      try? FileManager.default.removeItem(atPath: file)
      #expect(
        FileManager.default.createFile(
          atPath: file, contents: Data(content.utf8), attributes: [.posixPermissions: 0o600]))
      let book = SessionBook(folder: folder)
      #expect(book.count == 0)
      #expect(book.holds(book.open(token: "t", at: Bench.start), at: Bench.start))
    }
  }

  @Test func sessionsAreBoundedAndEnd() {
    let book = SessionBook()
    let first = book.open(token: "t", at: Bench.start)
    #expect(book.holds(first, at: Bench.start))
    #expect(!book.holds(first, at: Bench.start + SessionBook.lifetime))
    #expect(!book.holds(first, at: Bench.start + .seconds(-1)), "a clock that went back ends it")
    for number in 1...SessionBook.perToken { _ = book.open(token: "t", at: Bench.start + .seconds(number)) }
    #expect(!book.holds(first, at: Bench.start + .seconds(60)), "its browser was one too many")
    #expect(book.count == SessionBook.perToken)
    for number in 0..<SessionBook.maxSessions * 2 { _ = book.open(token: "u\(number)", at: Bench.start) }
    #expect(book.count == SessionBook.maxSessions)
    _ = book.open(token: "late", at: Bench.start + SessionBook.lifetime + .seconds(3600))
    #expect(book.count == 1, "what is over is forgotten")
  }
}
