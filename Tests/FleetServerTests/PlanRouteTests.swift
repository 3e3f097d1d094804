import FleetCore
import FleetServer
import Testing

/// Plans over HTTP.
@Suite struct PlanRouteTests {
  @Test func aPlanIsAskedForWithItsOptions() async throws {
    try await Bench.run { bench in
      let all = PlanWish(
        hosts: ["h1", "h2"], target: "1.55.36", rollout: "r-1234", allowDowngrade: true, allowUnknownFloor: true,
        acceptSEVESLoss: true, offline: true)
      let none = PlanWish(
        hosts: [], target: nil, rollout: nil, allowDowngrade: false, allowUnknownFloor: false, acceptSEVESLoss: false,
        offline: false)
      let options = #""to": "1.55.36", "rollout": "r-1234", "allowDowngrade": true, "allowUnknownFloor": true"#
      let bodies = [
        (#"{"hosts": ["h1", "h2"], \#(options), "acceptSEVESLoss": true, "offline": true}"#, all), ("{}", none),
        (#"{"hosts": [], "offline": false, "to": null}"#, none),
      ]
      for (body, _) in bodies {
        let reply = try await bench.ask("POST", "/v1/plans", as: .planner, body: body)
        #expect(reply.status == 200, "\(reply.text)")
        #expect(reply.string("schema") == "sevfleet.plan/1")
      }
      #expect(bench.source.wishes.lines == bodies.map { "the-planner: \($0.1)" })
    }
  }

  @Test func whatIsNoWishIsRefused() async throws {
    try await Bench.run { bench in
      let many = (0...500).map { "\"h\($0)\"" }.joined(separator: ",")
      for (body, status) in [
        (#"{"hosts": "h1"}"#, 400), (#"{"hosts": [1]}"#, 400), (#"{"hosts": [""]}"#, 400),
        (#"{"offline": "true"}"#, 400),
        (#"{"offline": 1}"#, 400), (#"{"to": true}"#, 400), (#"{"hosts": [\#(many)]}"#, 400),
        (#"{"hosts": ["elsewhere"]}"#, 404), (#"{"emergency": "now"}"#, 400),
      ] {
        let reply = try await bench.ask("POST", "/v1/plans", as: .planner, body: body)
        #expect(reply.status == status, "\(body.prefix(60)): \(reply.text)")
      }
      // The turn is given back whatever happens.
      #expect(try await bench.ask("POST", "/v1/plans", as: .planner, body: "{}").status == 200)
    }
  }
}
