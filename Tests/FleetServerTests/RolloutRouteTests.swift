import FleetCore
import FleetEngine
import FleetServer
import FleetStore
import Testing

/// What people do to rollouts over HTTP: by the desk that other processes ask too, and in their own name.
@Suite struct RolloutRouteTests {
  private static func run(_ bench: Bench, _ plan: String, _ rollout: String, as role: Role) async throws -> Web.Reply {
    try await bench.ask(
      "POST", "/v1/rollouts", as: role, body: #"{"plan": "\#(plan)", "rollout": "\#(rollout)"}"#)
  }

  @Test func aPlanIsRunOnceHoweverOftenItIsAsked() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"])
      for _ in 0..<3 {
        let reply = try await Self.run(bench, plan, "r-first", as: .operator)
        #expect(reply.status == 202, "\(reply.text)")
        #expect(reply.string("schema") == "sevfleet.action/1")
        #expect(reply.string("outcome") == "accepted")
        #expect(reply.string("rollout") == "r-first")
        #expect(reply.header("location") == "/v1/rollouts/r-first")
      }
      let entries = try bench.store.entries(rollout: "r-first")
      #expect(entries.map(\.event) == [.rolloutLeft(by: "the-operator", approvals: nil)])
      let other = try await Self.run(bench, try bench.plan(["h2"]), "r-first", as: .operator)
      #expect(other.status == 409)
    }
  }

  @Test func aPlanIsNamedByItsBeginning() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"])
      let reply = try await Self.run(bench, String(plan.prefix(16)), "r-short", as: .operator)
      #expect(reply.status == 202, "\(reply.text)")
      #expect(try bench.store.rollout(id: "r-short").plan == plan)
      for (name, status) in [("plan-00000000", 404), ("plan-1", 400), ("x", 400)] {
        #expect(try await Self.run(bench, name, "r-other", as: .operator).status == status, "\(name)")
      }
      let fresh = try await bench.ask(
        "POST", "/v1/rollouts", as: .operator, body: #"{"plan": "\#(try bench.plan(["h2"]))"}"#)
      #expect(fresh.status == 202, "\(fresh.text)")
      for name in ["a b", "-abc", "abc", "ab/c", String(repeating: "x", count: 65), "é-rollout"] {
        #expect(try await Self.run(bench, plan, name, as: .operator).status == 400, "\(name)")
      }
    }
  }

  @Test func whatTheDeskRefusesIsRefused() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"])
      #expect(try await Self.run(bench, plan, "r-first", as: .operator).status == 202)
      let second = try await Self.run(bench, plan, "r-second", as: .operator)
      #expect(second.status == 409)
      #expect(second.string("kind") == "otherMaintenance")
      let gone = try await Self.run(bench, try bench.plan(["unknown"]), "r-third", as: .operator)
      #expect(gone.status == 404)
      #expect(gone.string("kind") == "noHost")
      let restarts = try await bench.ask(
        "POST", "/v1/rollouts", as: .operator,
        body: #"{"plan": "\#(try bench.plan(["h2"]))", "acceptRestarts": 3}"#)
      #expect(restarts.status == 409)
      #expect(restarts.string("kind") == "restartsNotAccepted")
      #expect(restarts.string("expected") == "--accept-restarts 0")
    }
  }

  @Test func aRolloutIsPausedResumedAndHaltedInOnesName() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"])
      #expect(try await Self.run(bench, plan, "r-first", as: .operator).status == 202)
      for (verb, body, state) in [
        ("pause", #"{"reason": "lunch"}"#, RolloutReport.State.paused), ("resume", "{}", .running),
        ("halt", #"{"reason": "smoke\nand fire"}"#, .halted),
      ] {
        let reply = try await bench.ask("POST", "/v1/rollouts/r-first/\(verb)", as: .operator, body: body)
        #expect(reply.status == 200 || reply.status == 202, "\(verb): \(reply.text)")
        #expect(try bench.store.rollout(id: "r-first").state == state, "\(verb)")
      }
      let texts = try bench.store.entries(rollout: "r-first").map(\.event.sentence)
      #expect(texts.contains { $0.contains("lunch") && $0.contains("the-operator") }, "\(texts)")
      #expect(texts.contains { $0.contains("smoke and fire") }, "\(texts)")
      #expect(try await bench.ask("POST", "/v1/rollouts/r-none/pause", as: .operator, body: "{}").status == 404)
      #expect(try await bench.ask("POST", "/v1/rollouts/r-f/pause", as: .operator, body: "{}").status == 400)
    }
  }

  @Test func anotherPersonApproves() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"])
      try bench.store.createRollout(
        id: "r-asked", plan: plan, at: SystemClock().now(), events: [.rolloutLeft(by: "the-operator", approvals: 1)])
      let own = try await bench.ask("POST", "/v1/rollouts/r-asked/approve", as: .operator, body: "{}")
      #expect(own.status == 403)
      #expect(own.string("kind") == "samePerson")
      let other = try await bench.ask("POST", "/v1/rollouts/r-asked/approve", as: .emergency, body: "{}")
      #expect(other.status == 200, "\(other.text)")
      #expect(try bench.store.booking(rollout: "r-asked").approvedBy == ["the-emergency"])
    }
  }

  /// However many tokens somebody has, they are one person.
  @Test func anotherTokenIsNoOtherPerson() async throws {
    try await Bench.run { bench in
      let names = ["laptop", "phone"]
      let secrets = try names.map {
        try bench.tokens.create($0, owner: "ada", role: .emergency, at: Bench.start, expiresAt: nil).secret
      }
      func approve(_ secret: String) async throws -> Web.Reply {
        try await bench.ask(
          "POST", "/v1/rollouts/r-asked/approve", as: nil, body: "{}",
          headers: ["authorization": "Bearer \(secret)"])
      }
      try bench.store.createRollout(
        id: "r-asked", plan: try bench.plan(["h1"]), at: SystemClock().now(),
        events: [.rolloutLeft(by: "ada/laptop", approvals: 1)])
      for secret in secrets {
        let reply = try await approve(secret)
        #expect(reply.status == 403 && reply.string("kind") == "samePerson", "\(reply.text)")
      }
      #expect(try bench.store.booking(rollout: "r-asked").missing == 1)
      let other = try bench.tokens.create("pager", owner: "bob", role: .operator, at: Bench.start, expiresAt: nil)
      #expect(try await approve(other.secret).status == 200)
      let booking = try bench.store.booking(rollout: "r-asked")
      #expect(booking.missing == 0 && booking.approvedBy == ["bob/pager"], "the journal tells the token, too")
    }
  }

  @Test func anEmergencyWantsItsRole() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1"], emergency: "a flaw")
      let refused = try await Self.run(bench, plan, "r-alarm", as: .operator)
      #expect(refused.status == 403)
      #expect(refused.string("kind") == "notAllowed")
      #expect(try bench.store.rollouts().isEmpty)
      #expect(try await Self.run(bench, plan, "r-alarm", as: .emergency).status == 202)
      #expect(try await bench.ask("POST", "/v1/rollouts/r-alarm/pause", as: .operator, body: "{}").status == 200)
      #expect(try await bench.ask("POST", "/v1/rollouts/r-alarm/resume", as: .operator, body: "{}").status == 403)
      #expect(try await bench.ask("POST", "/v1/rollouts/r-alarm/resume", as: .emergency, body: "{}").status == 202)
      let glass = try await bench.ask(
        "POST", "/v1/rollouts", as: .operator, body: #"{"plan": "\#(try bench.plan(["h2"]))", "breakGlass": "now"}"#)
      #expect(glass.status == 403, "\(glass.text)")
    }
  }

  @Test func aHostIsReleasedInOnesName() async throws {
    try await Bench.run { bench in
      let reply = try await bench.ask("POST", "/v1/hosts/h2/release", as: .operator, body: #"{"reason": "mended"}"#)
      #expect(reply.status == 200)
      #expect(reply.string("host") == "h2")
      #expect(bench.source.released.lines == ["h2 mended the-operator"])
      #expect(
        try await bench.ask("POST", "/v1/hosts/none/release", as: .operator, body: #"{"reason": "x"}"#).status == 404)
    }
  }
}
