import FleetCore
import FleetLab
import Foundation
import Testing

/// A plan is rehearsed, and then carried out: both come to the same, and the rehearsal touches nothing.
@Suite struct RehearseTests {
  private struct Rehearsal: Decodable {
    struct Line: Decodable {
      var seconds: Int
      var kind: String
    }

    var schema: String
    var plan: String
    var seconds: Int
    var mostOutOfService: Int
    var rollout: RolloutSeen?
    var story: [Line]
  }

  private static func read(_ ended: Program.Ended) throws -> Rehearsal {
    try JSONDecoder().decode(Rehearsal.self, from: Data(ended.stdout.utf8))
  }

  private static func outcomes(_ rollout: RolloutSeen) -> [String: String] {
    Dictionary(uniqueKeysWithValues: rollout.hosts.map { ($0.host, "\($0.outcome) \($0.found ?? "-")") })
  }

  /// A simulated move takes its time; the deadline of other tests is shorter than that.
  private static let drain = "drain: {confirm_after: 200ms, deadline: 10m}\n"

  @Test(arguments: ["waves: [100%]\n", "activation: {reload: false}\nwaves: [1, 100%]\nsoak: 1s\n"])
  func itForetellsWhatHappens(policy: String) async throws {
    try await Lanes.shared.run {
      try await Scenario.with(
        hosts: [.milan("h1"), .milan("h2"), .milan("h3")],
        servers: [LabWorldSpec.Server("web", on: "h1"), LabWorldSpec.Server("db", on: "h2")],
        policy: Self.drain + policy
      ) { scenario in
        let none = try await scenario.sevfleet("rehearse", "--json")
        #expect(none.status == 64 && none.stdout.contains("noPlan"), "\(none.stdout)")
        #expect(try await scenario.sevfleet("plan").status == 0)
        let before = await scenario.novaChanges().count
        let ended = try await scenario.sevfleet("rehearse", "--json")
        #expect(ended.status == 0, "\(ended.stdout) \(ended.stderr)")
        let rehearsal = try Self.read(ended)
        #expect(rehearsal.schema == "sevfleet.rehearsal/1" && rehearsal.seconds > 0)
        #expect((1...2).contains(rehearsal.mostOutOfService))
        #expect(rehearsal.story.first?.kind == "rolloutStarted" && rehearsal.story.last?.kind == "rolloutFinished")
        #expect(rehearsal.story.map(\.seconds) == rehearsal.story.map(\.seconds).sorted())
        let again = try Self.read(try await scenario.sevfleet("rehearse", rehearsal.plan, "--json"))
        #expect(again.seconds == rehearsal.seconds, "one seed is one story")
        #expect(await scenario.novaChanges().count == before, "nothing is asked of the cloud")
        #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 31), "no host is touched")
        #expect(try await scenario.sevfleet("rollout", "list").stdout.contains("ROLLOUT"))
        let told = try await scenario.sevfleet("rehearse")
        #expect(told.stdout.contains("would be finished after"), "\(told.stdout)")
        let (applied, rollout) = try await scenario.apply()
        #expect(applied.status == 0, "\(applied.stderr)")
        #expect(Self.outcomes(rollout) == Self.outcomes(try #require(rehearsal.rollout)))
      }
    }
  }
}
