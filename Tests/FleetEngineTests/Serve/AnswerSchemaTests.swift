import FleetFormatCheck
import FleetFormats
import FleetLab
import Foundation
import Testing

/// Every document of a fleet after a run, as `serve` answers it and as commands print it, against its schema.
@Suite(.serialized) struct AnswerSchemaTests {
  /// One host that got its firmware, with a server on it that moved away, and one that is quarantined.
  private static func withFleet(_ body: @Sendable (Scenario, String) async throws -> Void) async throws {
    let policy = "waves: [100%]\nmax_unavailable: 3\nmax_failures: 3\nmax_domains: 3\n"
    try await Lanes.shared.run {
      try await Scenario.with(
        hosts: [.milan("h1"), .milan("h2"), .genoa("h3")], servers: [.init("web", on: "h1")], policy: policy
      ) { scenario in
        try await scenario.world.lab.set(.silentRefusal, on: "h2")
        let planned = try await scenario.sevfleet("plan", "h1", "h2", "--json")
        let plan = try #require(Self.object(planned.stdout)["id"] as? String)
        let run = try await scenario.sevfleet("apply", plan, "--yes", "--json")
        #expect(run.status == 3, "\(run.stderr)")
        try Self.check(planned.stdout, "sevfleet.plan/1", "plan")
        try Self.check(run.stdout, "sevfleet.rollout/1", "apply")
        try await body(scenario, plan)
      }
    }
  }

  private static func object(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  /// Against what is known of the document: nothing less, and nothing more unless it is open.
  private static func check(_ text: String, _ name: String, _ place: String, isClosed: Bool = true) throws {
    let schema = try #require(DocumentSchema.all[name], "\(name)")
    let problems = try JSONSchema(try JSONText.compact(schema.json(isClosed: isClosed))).problems(text)
    #expect(problems.isEmpty, "\(place): \(problems)")
  }

  @Test func commandsPrintWhatTheirSchemasSay() async throws {
    try await Self.withFleet { scenario, plan in
      _ = try await scenario.sevfleet("probe", "h3")
      let listed = try await scenario.sevfleet("rollout", "list", "--json")
      let rows = try Self.object(listed.stdout)["rollouts"] as? [[String: Any]]
      let rollout = try #require(rows?.first?["id"] as? String)
      let commands: [(words: [String], kind: String)] = [
        (["inventory", "list"], "inventory"), (["inventory", "check"], "inventory"), (["catalog", "list"], "catalog"),
        (["probe"], "observation"), (["plan"], "plan"), (["plan", "--offline"], "plan"),
        (["rollout", "list"], "rollouts"), (["rollout", "show", rollout], "rollout"),
        (["rollout", "report", rollout], "rollout"), (["history", "h1"], "history"), (["history", "h2"], "history"),
        (["why", "h1"], "why"), (["why", "h2"], "why"), (["why", "h3"], "why"), (["why", rollout], "why"),
        (["report", "compliance"], "compliance"), (["report", "compliance", "--servers"], "compliance"),
        (["report", "compliance", "--at", "2026-01-01T00:00:00Z", "--days", "0"], "compliance"),
        (["report", "openstack"], "cloudaudit"), (["report", "tempest"], "tempestjob"),
        (["audit", "verify"], "audit"), (["audit", "list"], "actions"), (["history", "nobody"], "error"),
        (["rollout", "show", "nothing"], "error"), (["plan", "--no-such-option"], "error"),
      ]
      for (words, kind) in commands {
        let ended = try await scenario.sevfleet(words + ["--json"])
        try Self.check(ended.stdout, "sevfleet.\(kind)/1", "\(words)")
      }
      // A proposal tells more than an inventory, and no less.
      let proposal = try await scenario.sevfleet("inventory", "import", "--nova", "--json")
      try Self.check(proposal.stdout, "sevfleet.inventory/1", "import", isClosed: false)
      // Schedules are told with their next openings.
      let window = "window: {days: [mon], start: \"22:00\", duration: 4h, zone: UTC}"
      try "schedules: [{name: nights, hosts: [h1], \(window)}]\n".write(
        toFile: "\(scenario.world.inventoryFolder)/schedules.yaml", atomically: true, encoding: .utf8)
      let scheduled = try await scenario.sevfleet("inventory", "list", "--json")
      #expect(scheduled.status == 0 && scheduled.stdout.contains("nights"), "\(scheduled.stdout)")
      try Self.check(scheduled.stdout, "sevfleet.inventory/1", "schedules")
    }
  }

  /// Every route that answers a document is asked, by what `/openapi.json` itself says.
  @Test func theAPIAnswersWhatItTells() async throws {
    try await Self.withFleet { scenario, plan in
      let made = try await scenario.sevfleet("token", "create", "ada", "--role", "operator")
      let token = made.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
      let port = try PlainHTTP.freePort()
      let ended = try await Program.run(
        ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
          + ["serve", "--probe-every", "1h", "--listen", "127.0.0.1:\(port)"], environment: scenario.environment
      ) { process in
        do {
          while (try? await PlainHTTP.ask("GET", "/readyz", port: port, token: ""))?.status != 200 {
            try await Task.sleep(for: .milliseconds(50))
          }
          try await Self.askEverything(port, token, plan)
        } catch {
          kill(process, SIGKILL)
          throw error
        }
        kill(process, SIGTERM)
      }
      #expect(ended.status == 130, "\(ended.stderr)")
    }
  }

  private static func askEverything(_ port: Int, _ token: String, _ plan: String) async throws {
    let told = try await PlainHTTP.ask("GET", "/openapi.json", port: port, token: "")
    let listed = try await PlainHTTP.ask("GET", "/v1/rollouts", port: port, token: token)
    let rollout = try #require((listed.json["rollouts"] as? [[String: Any]])?.first?["id"] as? String)
    let paths = try #require(told.json["paths"] as? [String: [String: Any]])
    var kinds: Set<String> = []
    for (path, methods) in paths.sorted(by: { $0.key < $1.key }) {
      guard let name = try schema(methods["get"] as? [String: Any]) else { continue }
      for host in ["h1", "h2", "h3"] where path.contains("{host}") || host == "h1" {
        let place = path.replacing("{host}", with: host).replacing("{plan}", with: plan)
          .replacing("{rollout}", with: rollout)
        let answer = try await PlainHTTP.ask("GET", place, port: port, token: token)
        #expect(answer.status == 200, "\(place): \(answer.body)")
        let problems = try JSONSchema(told.body, at: ["components", "schemas", name]).problems(answer.body)
        #expect(problems.isEmpty, "\(place): \(problems)")
        let kind = try #require(answer.json["schema"] as? String)
        #expect(kind.replacing("/", with: ".") == name, "\(place)")
        if DocumentSchema.all[kind] != nil { try check(answer.body, kind, place) }
        kinds.insert(kind)
      }
    }
    let wanted = [
      "catalog", "compliance", "health", "history", "host", "inventory", "journal", "observation", "plan", "ready",
      "rollout", "rollouts", "session", "why",
    ]
    #expect(kinds == Set(wanted.map { "sevfleet.\($0)/1" }))
    let refused = try await PlainHTTP.ask("GET", "/v1/hosts/nobody", port: port, token: token)
    try check(refused.body, "sevfleet.error/1", "nobody")
  }

  /// The schema of what a route answers when all is well; `nil`: that is no document.
  private static func schema(_ operation: [String: Any]?) throws -> String? {
    let responses = operation?["responses"] as? [String: [String: Any]]
    let content = responses?["200"]?["content"] as? [String: [String: Any]]
    let schema = content?["application/json"]?["schema"] as? [String: Any]
    return (schema?["$ref"] as? String).map { String($0.dropFirst("#/components/schemas/".count)) }
  }
}
