import FleetCore
import FleetEngine
import FleetFormatCheck
import FleetServer
import FleetStore
import Foundation
import Testing

/// What the routes answer, and how they refuse.
@Suite struct RouteTests {
  @Test func everyRouteIsInTheDocumentAndTheReverse() async throws {
    try await Bench.run { bench in
      let reply = try await bench.ask("GET", "/openapi.json", as: nil)
      let paths = try #require(reply.json["paths"] as? [String: [String: Any]])
      let told = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
      #expect(told == Set(bench.server.routes))
      #expect(told.count == bench.server.routes.count, "no route stands there twice")
      let names = paths.values.flatMap(\.values).compactMap { ($0 as? [String: Any])?["operationId"] as? String }
      #expect(Set(names).count == told.count, "every route has a name of its own")
    }
  }

  /// Every reference leads somewhere, and every document names the schema that the route promises.
  @Test func theDocumentHoldsWhatItSays() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"])
      try bench.store.createRollout(
        id: "r-1234", plan: plan, at: Bench.start, events: [.rolloutStarted(plan: plan, by: "ada", emergency: nil)])
      let reply = try await bench.ask("GET", "/openapi.json", as: nil)
      let components = try #require(reply.json["components"] as? [String: [String: Any]])
      let schemas = try #require(components["schemas"])
      let references = reply.text.matches(of: /"#\/components\/schemas\/([^"]+)"/).map { String($0.output.1) }
      #expect(!references.isEmpty)
      for reference in references { #expect(schemas[reference] != nil, "\(reference)") }
      let documents = [
        "/v1/hosts": "inventory", "/v1/hosts/h1": "host", "/v1/hosts/h1/history": "history", "/v1/hosts/h1/why": "why",
        "/v1/observations": "observation", "/v1/plans/\(plan)": "plan", "/v1/rollouts": "rollouts",
        "/v1/rollouts/r-1234": "rollout", "/v1/compliance": "compliance", "/v1/catalog": "catalog",
        "/v1/audit": "journal", "/v1/session": "session", "/healthz": "health", "/readyz": "ready",
      ]
      for (path, kind) in documents {
        let document = try await bench.ask("GET", path)
        #expect(document.status == 200, "\(path): \(document.text)")
        #expect(document.string("schema") == "sevfleet.\(kind)/1", "\(path)")
        #expect(document.header("content-type") == "application/json")
        #expect(schemas["sevfleet.\(kind).1"] != nil, "\(kind)")
        // Those of the commands are told by a stand-in here; the tests of the commands ask for the real ones.
        guard ["history", "journal", "session", "health", "ready"].contains(kind) else { continue }
        try Self.check(document, kind, by: reply)
      }
      try Self.check(try await bench.ask("GET", "/v1/hosts/none"), "error", by: reply)
      let released = try await bench.ask("POST", "/v1/hosts/h1/release", as: .operator, body: #"{"reason": "x"}"#)
      try Self.check(released, "action", by: reply)
    }
  }

  /// Holds an answer against the schema that the API tells of it.
  private static func check(_ answer: Web.Reply, _ kind: String, by told: Web.Reply) throws {
    let schema = try JSONSchema(told.text, at: ["components", "schemas", "sevfleet.\(kind).1"])
    let problems = try schema.problems(answer.text)
    #expect(problems.isEmpty, "\(kind): \(problems)")
    let lacking = try schema.problems(answer.text.replacing(#""schema""#, with: #""scheme""#, maxReplacements: 1))
    #expect(!lacking.isEmpty, "\(kind): a schema that accepts everything would prove nothing")
  }

  @Test func thePagesOfTheJournalAreWhole() async throws {
    try await Bench.run { bench in
      try bench.write(25)
      var seen: [Int] = []
      var after: Int? = 0
      while let place = after {
        let page = try await bench.ask("GET", "/v1/audit?after=\(place)&limit=7")
        seen += (page.json["events"] as? [[String: Any]] ?? []).compactMap { $0["seq"] as? Int }
        after = page.json["next"] as? Int
      }
      #expect(seen == Array(1...25))
    }
  }

  @Test func whatIsNotThereIsTold() async throws {
    try await Bench.run { bench in
      for path in ["/nothing", "/v1", "/v1/hosts/h1/else", "/v1/hosts/h1/why/", "//v1/hosts", "/v1/hosts/none"] {
        let reply = try await bench.ask("GET", path)
        #expect(reply.status == 404, "\(path)")
        #expect(reply.string("schema") == "sevfleet.error/1", "\(path)")
      }
      for (method, path, allowed) in [
        ("POST", "/v1/hosts", "GET"), ("GET", "/v1/rollouts/r/pause", "POST"), ("DELETE", "/v1/rollouts", "GET, POST"),
        ("OPTIONS", "/healthz", "GET"), ("PUT", "/login", "POST"),
      ] {
        let reply = try await bench.ask(method, path)
        #expect(reply.status == 405, "\(method) \(path)")
        #expect(reply.header("allow") == allowed, "\(method) \(path)")
      }
    }
  }

  @Test func aHeadIsAnsweredWithoutABody() async throws {
    try await Bench.run { bench in
      let whole = try await bench.ask("GET", "/healthz", as: nil)
      let head = try await bench.ask("HEAD", "/healthz", as: nil)
      #expect(head.status == 200)
      #expect(head.text.isEmpty)
      #expect(head.header("content-length") == whole.header("content-length"))
      #expect(try await bench.ask("HEAD", "/nothing", as: nil).status == 404)
      #expect(try await bench.ask("GET", "/healthz", as: nil).text == whole.text, "the connection is still good")
    }
  }

  @Test func bodiesAreReadStrictly() async throws {
    try await Bench.run { bench in
      let path = "/v1/hosts/h1/release"
      let long = String(repeating: "x", count: ServerBounds.reason + 1)
      let huge = String(repeating: "x", count: ServerBounds.body * 4)
      let cases: [(body: String?, type: String?, status: Int, kind: String)] = [
        (nil, nil, 400, "missingField"), ("", "application/json", 400, "badBody"),
        ("{}", "application/json", 400, "missingField"),
        (#"{"reason": null}"#, "application/json", 400, "missingField"),
        (#"{"reason": ""}"#, "application/json", 400, "badField"),
        (#"{"reason": 1}"#, "application/json", 400, "badField"),
        (#"{"reason": ["x"]}"#, "application/json", 400, "badField"),
        (#"{"reason": "x", "more": 1}"#, "application/json", 400, "unknownField"),
        (#"{"reason": "\#(long)"}"#, "application/json", 400, "badField"), ("[]", "application/json", 400, "badBody"),
        ("{", "application/json", 400, "badBody"), (#"{"reason": "x"}"#, "text/plain", 415, "wrongContent"),
        (#"{"reason": "x"}"#, nil, 415, "wrongContent"), (huge, "application/json", 413, "tooLong"),
      ]
      for (body, type, status, kind) in cases {
        let reply = try await bench.ask("POST", path, as: .operator, body: body, type: type)
        #expect(reply.status == status, "\(body?.prefix(60) ?? "none"), \(type ?? "none"): \(reply.text)")
        #expect(reply.string("kind") == kind, "\(body?.prefix(60) ?? "none"), \(type ?? "none")")
      }
      #expect(bench.source.released.lines.isEmpty)
      let reply = try await bench.ask(
        "POST", path, as: .operator, body: #"{"reason": "x"}"#, type: "Application/JSON; charset=utf-8")
      #expect(reply.status == 200, "\(reply.text)")
    }
  }

  @Test func queriesAreReadStrictly() async throws {
    try await Bench.run { bench in
      for (path, status) in [
        ("/v1/audit?limit=0", 400), ("/v1/audit?limit=1001", 400), ("/v1/audit?limit=1&limit=1", 400),
        ("/v1/audit?after=", 400), ("/v1/audit?after=9223372036854775808", 400), ("/v1/audit?x=1", 400),
        ("/v1/hosts?x", 400), ("/v1/hosts?", 200), ("/v1/compliance?at=yesterday", 400),
        ("/v1/compliance?at=2026-11-23T02:00:00Z", 200), ("/v1/hosts/%2e%2e%2fetc", 404),
        ("/v1/hosts/\(String(repeating: "x", count: 300))", 400),
        ("/v1/hosts?\(String(repeating: "x", count: 3000))", 414),
      ] {
        let reply = try await bench.ask("GET", path)
        #expect(reply.status == status, "\(path.prefix(60)): \(reply.text)")
      }
    }
  }

  @Test func targetsAreReadAsTheyAreWritten() throws {
    for (text, path) in [
      ("/", []), ("/v1/hosts", ["v1", "hosts"]), ("/v1/hosts/", ["v1", "hosts", ""]), ("//", ["", ""]),
      ("/a%2Fb", ["a/b"]), ("/%C3%A9", ["é"]), ("/a+b", ["a+b"]), ("/..", [".."]),
    ] {
      #expect(try Target(text).path == path, "\(text)")
    }
    let query = try Target("/x?a=1&b=%20+%26&c&&=d").query
    #expect(query.map(\.name) == ["a", "b", "c", ""])
    #expect(query.map(\.value) == ["1", "  &", "", "d"])
    for text in ["", "x", "*", "http://x/", "/%", "/%f", "/%ff", "/%zz", "/x?%ff", "/x?a=%ff", "/x?%"] {
      #expect(throws: APIProblem.self, "\(text)") { try Target(text) }
    }
  }

  @Test func everyAnswerKeepsBrowsersFromMischief() async throws {
    try await Bench.run { bench in
      for path in ["/healthz", "/v1/hosts", "/nothing", "/openapi.json"] {
        let reply = try await bench.ask("GET", path)
        let policy = try #require(reply.header("content-security-policy"))
        for word in ["default-src 'none'", "frame-ancestors 'none'", "script-src 'self'", "base-uri 'none'"] {
          #expect(policy.contains(word), "\(path)")
        }
        #expect(!policy.contains("unsafe"))
        #expect(reply.header("x-content-type-options") == "nosniff")
        #expect(reply.header("referrer-policy") == "no-referrer")
        #expect(reply.header("cache-control") == "no-store")
      }
    }
  }

  /// Whatever a document throws, somebody is told what, and it is never called our mistake to come.
  @Test func errorsHaveTheirStatus() async throws {
    try await Bench.run { bench in
      struct Odd: Error {}
      let faults: [(any Error, Int, String)] = [
        (StoreError.notFound(.plan, given: "x"), 404, "notFound"), (StoreError.readOnly, 503, "readOnly"),
        (ServeRefusal("noHost", "no host"), 404, "noHost"), (ServeRefusal("odd", "odd"), 503, "odd"),
        (JournalCorruption(seq: 3, host: nil, text: "bad"), 503, "journalCorrupt"), (Odd(), 503, "failed"),
        (APIProblem(409, "busy", "busy"), 409, "busy"),
      ]
      for (fault, status, kind) in faults {
        bench.source.setFault(fault)
        let reply = try await bench.ask("GET", "/v1/hosts")
        #expect(reply.status == status, "\(fault)")
        #expect(reply.string("kind") == kind, "\(fault)")
      }
    }
  }

  @Test func itIsReadyOrSaysWhyNot() async throws {
    try await Bench.run { bench in
      #expect(try await bench.ask("GET", "/readyz", as: nil).status == 200)
      bench.source.setFiles(areGood: false)
      let reply = try await bench.ask("GET", "/readyz", as: nil)
      #expect(reply.status == 503)
      #expect((reply.json["problems"] as? [String])?.count == 1)
      bench.source.setFiles(areGood: true)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: bench.tokens.path)
      let open = try await bench.ask("GET", "/readyz", as: nil)
      #expect(open.status == 503)
      #expect(open.json["problems"] as? [String] == ["the tokens cannot be read"])
      let locked = try await bench.ask("GET", "/v1/hosts")
      #expect(locked.status == 503)
      #expect(locked.string("kind") == "notPrivate")
      #expect(try await bench.ask("GET", "/healthz", as: nil).status == 200)
    }
  }
}
