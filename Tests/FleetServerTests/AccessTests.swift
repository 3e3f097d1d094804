import FleetCore
import FleetEngine
import FleetServer
import Testing

/// Who may do what: every route with every role, from the document that the server tells of itself.
@Suite struct AccessTests {
  /// One request that is right in form, for every route of the document.
  struct Operation {
    var method: String
    var path: String
    var role: Role?
    var body: String?

    static func all(_ document: [String: Any]) throws -> [Operation] {
      let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
      return try paths.sorted { $0.key < $1.key }.flatMap { path, methods in
        try methods.sorted { $0.key < $1.key }.map { method, operation in
          Operation(
            method: method.uppercased(), path: filled(path),
            role: try (operation["x-sevfleet-role"] as? String).map { try #require(Role(rawValue: $0)) },
            body: operation["requestBody"] == nil ? nil : body(path))
        }
      }
    }

    private static func filled(_ path: String) -> String {
      path.replacing("{host}", with: "h1").replacing("{rollout}", with: "r-none").replacing("{plan}", with: "plan-0")
    }

    private static func body(_ path: String) -> String {
      switch path {
      case "/v1/rollouts": #"{"plan": "plan-00000000"}"#
      case "/v1/hosts/{host}/release": #"{"reason": "mended"}"#
      case "/login": #"{"token": "none"}"#
      default: "{}"
      }
    }
  }

  @Test func everyRouteWantsItsRole() async throws {
    try await Bench.run { bench in
      let document = try await bench.ask("GET", "/openapi.json", as: nil)
      let operations = try Operation.all(document.json)
      #expect(operations.count > 20)
      // A stream does not end by itself; its roles are looked at below.
      for operation in operations where operation.path != "/v1/events" && operation.path != "/login" {
        let none = try await bench.ask(operation.method, operation.path, as: nil, body: operation.body)
        #expect((none.status == 401) == (operation.role != nil), "\(operation): \(none.status)")
        for role in Role.allCases {
          let reply = try await bench.ask(operation.method, operation.path, as: role, body: operation.body)
          let may = operation.role.map { role >= $0 } ?? true
          #expect((reply.status == 403) != may, "\(operation) as \(role): \(reply.status) \(reply.text)")
          #expect(reply.status != 401 && reply.status < 500, "\(operation) as \(role): \(reply.status) \(reply.text)")
        }
      }
    }
  }

  @Test func eventsAreForWhoeverMayRead() async throws {
    try await Bench.run { bench in
      #expect(try await bench.ask("GET", "/v1/events", as: nil).status == 401)
      for role in Role.allCases {
        let events = try await EventSource(
          bench.web, bench.server.url + "/v1/events", token: try #require(bench.secrets[role]))
        #expect(events.status == 200)
      }
    }
  }

  @Test func rolesAreOrdered() {
    for (index, role) in Role.allCases.enumerated() {
      for (other, wanted) in Role.allCases.enumerated() { #expect((role >= wanted) == (index >= other)) }
    }
  }

  @Test func aTokenEndsWithItsTimeOrWhenItIsRevoked() async throws {
    try await Bench.run { bench in
      let now = bench.source.clock.now()
      let past = try bench.tokens.create("past", role: .viewer, at: now, expiresAt: now + .seconds(-1)).secret
      let future = try bench.tokens.create("future", role: .viewer, at: now, expiresAt: now + .seconds(3600)).secret
      func ask(_ secret: String) async throws -> Web.Reply {
        try await bench.ask("GET", "/v1/hosts", as: nil, headers: ["authorization": "Bearer \(secret)"])
      }
      let over = try await ask(past)
      #expect(over.status == 401)
      #expect(over.string("kind") == "tokenExpired")
      #expect(try await ask(future).status == 200)
      try bench.tokens.revoke("future")
      #expect(try await ask(future).status == 401)
    }
  }

  @Test func whatIsNoBearerTokenIsTold() async throws {
    try await Bench.run { bench in
      for field in ["", "Basic abc", "Bearer", "Bearer a b", "bearer", "Bearer \(String(repeating: "x", count: 4000))"]
      {
        let reply = try await bench.ask("GET", "/v1/hosts", as: nil, headers: ["authorization": field])
        #expect(reply.status == 401, "\(field)")
        #expect(reply.string("schema") == "sevfleet.error/1", "\(field)")
        #expect(reply.header("www-authenticate") != nil)
      }
    }
  }

  @Test func wrongTokensAreLimitedAndRightOnesAreNot() async throws {
    try await Bench.run { bench in
      var statuses: [Int] = []
      for number in 0..<FailureLimiter.burst + 3 {
        let headers = ["authorization": "Bearer wrong-\(number)"]
        let reply = try await bench.ask("GET", "/v1/hosts", as: nil, headers: headers)
        statuses.append(reply.status)
        if reply.status == 429 { #expect(reply.header("retry-after") != nil) }
      }
      #expect(statuses.prefix(FailureLimiter.burst).allSatisfy { $0 == 401 }, "\(statuses)")
      #expect(statuses.last == 429, "\(statuses)")
      #expect(try await bench.ask("GET", "/v1/hosts").status == 200, "a neighbour keeps nobody out")
      let signIn = try await bench.ask("POST", "/login", as: nil, body: #"{"token": "wrong"}"#)
      #expect(signIn.status == 429)
    }
  }

  /// With times of its own: no waiting.
  @Test func aPeerMayTryAgainAfterAWhile() {
    let limiter = FailureLimiter()
    let start = ContinuousClock.now
    for _ in 0..<FailureLimiter.burst { #expect(limiter.fail("10.0.0.1", at: start) == nil) }
    #expect(limiter.fail("10.0.0.1", at: start) != nil)
    #expect(limiter.fail("10.0.0.2", at: start) == nil, "others are not meant")
    let later = start + FailureLimiter.refill
    #expect(limiter.fail("10.0.0.1", at: later) == nil)
    #expect(limiter.fail("10.0.0.1", at: later) != nil, "one only")
    let muchLater = later + FailureLimiter.refill * (FailureLimiter.burst * 2)
    for _ in 0..<FailureLimiter.burst { #expect(limiter.fail("10.0.0.1", at: muchLater) == nil) }
  }

  @Test func manyPeersAreForgottenOldestFirst() {
    let limiter = FailureLimiter()
    let start = ContinuousClock.now
    for _ in 0..<FailureLimiter.burst { _ = limiter.fail("first", at: start) }
    for number in 0..<FailureLimiter.maxPeers { _ = limiter.fail("\(number)", at: start + .milliseconds(number + 1)) }
    #expect(limiter.fail("first", at: start + .milliseconds(1)) == nil, "it was forgotten")
  }
}
