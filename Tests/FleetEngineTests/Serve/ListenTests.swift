import FleetCore
import FleetLab
import FleetStore
import Foundation
import Testing

/// `serve --listen` as a real process: what it tells is what the commands print, and what is asked of it is done.
@Suite(.serialized) struct ListenTests {
  private static func until(_ what: () async throws -> Bool) async throws {
    while try await !what() { try await Task.sleep(for: .milliseconds(50)) }
  }

  /// Makes a token and returns its secret.
  private static func token(_ scenario: Scenario, _ name: String, _ role: String) async throws -> String {
    let made = try await scenario.sevfleet("token", "create", name, "--role", role)
    #expect(made.status == 0, "\(made.stderr)")
    return made.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Runs `serve --listen` and calls `body` with its port once it answers.
  private static func listening(
    _ scenario: Scenario, _ body: @Sendable (Int) async throws -> Void
  ) async throws -> Program.Ended {
    let port = try PlainHTTP.freePort()
    return try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["serve", "--probe-every", "1h", "--listen", "127.0.0.1:\(port)"], environment: scenario.environment
    ) { process in
      do {
        try await until { (try? await PlainHTTP.ask("GET", "/readyz", port: port, token: ""))?.status == 200 }
        try await body(port)
      } catch {
        kill(process, SIGKILL)
        throw error
      }
      kill(process, SIGTERM)
    }
  }

  @Test func aFleetIsUpgradedOverHTTP() async throws {
    try await Lanes.shared.run {
      let policy = "waves: [100%]\nmax_unavailable: 2\n"
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], policy: policy) { scenario in
        let ada = try await Self.token(scenario, "ada", "operator")
        let eve = try await Self.token(scenario, "eve", "viewer")
        let ended = try await Self.listening(scenario) { port in
          func ask(_ method: String, _ path: String, _ token: String, _ body: String? = nil) async throws
            -> PlainHTTP.Reply
          {
            try await PlainHTTP.ask(method, path, port: port, token: token, body: body)
          }
          let planned = try await ask("POST", "/v1/plans", ada, "{}")
          #expect(planned.status == 200, "\(planned.body)")
          let plan = try #require(planned.json["id"] as? String)
          let refused = try await ask("POST", "/v1/rollouts", eve, #"{"plan": "\#(plan)"}"#)
          #expect(refused.status == 403, "\(refused.body)")
          let begun = try await ask("POST", "/v1/rollouts", ada, #"{"plan": "\#(plan)"}"#)
          #expect(begun.status == 202, "\(begun.body)")
          let rollout = try #require(begun.json["rollout"] as? String)
          try await Self.until {
            try await ask("GET", "/v1/rollouts/\(rollout)", eve).json["state"] as? String == "finished"
          }
          for (path, command) in [
            ("/v1/rollouts/\(rollout)", ["rollout", "show", rollout]), ("/v1/rollouts", ["rollout", "list"]),
            ("/v1/hosts", ["inventory", "list"]), ("/v1/catalog", ["catalog", "list"]),
            ("/v1/hosts/h1/history", ["history", "h1"]), ("/v1/hosts/h1/why", ["why", "h1"]),
          ] {
            let served = try await ask("GET", path, eve)
            let printed = try await scenario.sevfleet(command + ["--json"])
            #expect(served.status == 200, "\(path)")
            #expect(served.body == printed.stdout, "\(path) is what \(command) prints")
          }
          let compliance = try await ask("GET", "/v1/compliance", eve)
          let summary = compliance.json["summary"] as? [String: Int]
          #expect(summary?.values.reduce(0, +) == 2, "\(compliance.body)")
          #expect(try await ask("GET", "/v1/observations", eve).status == 200)
          #expect(try await ask("GET", "/v1/hosts/h1", eve).status == 200)
          #expect(try await ask("GET", "/metrics", eve).body.contains("sevfleet_rollout_hosts{rollout=\"\(rollout)\""))
          let planner = try scenario.actions().first { $0.what == .keepPlan }
          #expect(planner?.by == "ada" && planner?.subject == plan, "\(String(describing: planner))")
          #expect(try await ask("GET", "/v1/audit", eve).body.contains("ada"))
        }
        #expect(ended.status == 130, "\(ended.stderr)")
        for host in ["h1", "h2"] { #expect(try await scenario.truth(host).running == LabVersion(1, 55, 34)) }
        for secret in [ada, eve] { #expect(!ended.stderr.contains(secret) && !ended.stdout.contains(secret)) }
      }
    }
  }

  @Test("`why` of a host that is late, and on which SEV did not start, is what the command prints")
  func whyIsWhatTheCommandPrints() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1")], policy: "comply_within: 14d\n", hasCloud: false) { scenario in
        try await scenario.world.lab.set(.initFails(above: nil), on: "h1")
        try await scenario.world.lab.reset("h1")
        _ = try scenario.sawLongAgo(["h1"])
        #expect(try await scenario.sevfleet("probe").status == 0)
        let eve = try await Self.token(scenario, "eve", "viewer")
        let ended = try await Self.listening(scenario) { port in
          let served = try await PlainHTTP.ask("GET", "/v1/hosts/h1/why", port: port, token: eve)
          let printed = try await scenario.sevfleet("why", "h1", "--json").stdout
          #expect(served.status == 200 && served.body == printed, "\(served.body) and \(printed)")
          #expect(printed.contains("INVALID_PLATFORM_STATE"), "\(printed)")
          #expect(served.json["overdue"] is String, "\(served.body)")
        }
        #expect(ended.status == 130, "\(ended.stderr)")
      }
    }
  }

  @Test func tokensAreMadeListedAndRevoked() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1")]) { scenario in
        let secret = try await Self.token(scenario, "ada", "operator")
        let list = try await scenario.sevfleet("token", "list", "--json")
        #expect(list.stdout.contains("\"ada\"") && list.stdout.contains("\"operator\""), "\(list.stdout)")
        #expect(!list.stdout.contains(secret))
        for (arguments, status, kind) in [
          (["create", "ada", "--role", "viewer"], Int32(64), "nameTaken"),
          (["create", "a b", "--role", "viewer"], 64, "badName"),
          (["create", "bob", "--role", "king"], 64, "usage"),
          (["create", "bob", "--role", "viewer", "--expires", "0s"], 64, "usage"),
          (["revoke", "bob"], 64, "noToken"),
        ] {
          let ended = try await scenario.sevfleet(["token"] + arguments + ["--json"])
          #expect(ended.status == status && ended.stdout.contains(kind), "\(arguments): \(ended.stdout)")
        }
        let owned = try await scenario.sevfleet(
          "token", "create", "laptop", "--owner", "bob", "--role", "viewer", "--json")
        #expect(owned.status == 0 && owned.stdout.contains("\"bob\""), "\(owned.stdout)")
        #expect(try await scenario.sevfleet("token", "list").stdout.contains("bob"))
        #expect(try await scenario.sevfleet("token", "revoke", "laptop").status == 0)
        #expect(try await scenario.sevfleet("token", "revoke", "ada").status == 0)
        #expect(try await !scenario.sevfleet("token", "list").stdout.contains("ada"))
        let all = try scenario.actions().filter { [.createToken, .revokeToken].contains($0.what) }
        #expect(all.map(\.what) == [.createToken, .createToken, .revokeToken, .revokeToken])
        #expect(all.contains { $0.subject.contains("laptop of bob") }, "\(all)")
        let actions = all.filter { !$0.subject.contains("laptop") }
        #expect(actions.allSatisfy { $0.subject.hasPrefix("ada") && !"\($0)".contains(secret) }, "\(actions)")
      }
    }
  }

  @Test func whereItMayNotListenItSaysSo() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1")]) { scenario in
        for (arguments, kind, status) in [
          (["--listen", "0.0.0.0:0"], "insecure", Int32(64)), (["--listen", "nowhere"], "badAddress", 64),
          (["--tls-key", "k"], "usage", 64),
          (["--insecure-listen"], "usage", 64),
          (["--listen", "127.0.0.1:0", "--tls-certificate", "/none", "--tls-key", "/none"], "badCertificate", 65),
        ] {
          let ended = try await scenario.sevfleet(["serve"] + arguments + ["--json"])
          #expect(ended.status == status && ended.stdout.contains(kind), "\(arguments): \(ended.stdout)")
          #expect(try DaemonLock.holder(folder: "\(scenario.folder)/state") == nil)
        }
      }
    }
  }
}

extension Scenario {
  /// Actions in the journal, in order.
  fileprivate func actions() throws -> [Action] {
    try FleetStore.open(folder: "\(folder)/state", readOnly: true).entries(after: 0).compactMap { entry in
      if case .audited(let action) = entry.event { action } else { nil }
    }
  }
}
