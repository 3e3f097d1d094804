import FleetCore
import FleetFormats
import Foundation
import Testing

@Suite("The document of a plan tells what each move carries") struct PlanDocumentTests {
  private static func document(_ server: ServerMove) throws -> [String: Any] {
    let change = HostChange(
      host: HostID("h"), computeHost: .named("h"), expected: FirmwareVersion(1, 55, 29),
      desired: FirmwareVersion(1, 55, 31), image: nil, direction: .upgrade, activation: .reload,
      drain: DrainPlan(needed: true, servers: [server]), sevES: SEVESImpact(verdict: .unused, text: ""),
      attestation: AttestationImpact(), reasons: [])
    let plan = Plan(changes: [change], upToDate: [], excluded: [])
    let text = try JSONText.pretty(PlanDocument(plan, id: "plan-1", createdAt: Instant(milliseconds: 0)))
    let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let changes = try #require(root["changes"] as? [[String: Any]])
    return try #require(changes.first?["drain"] as? [String: Any])
  }

  private static func server(_ burden: MoveBurden?) -> ServerMove {
    var server = ComputeServer(
      id: "s", name: "vm", project: "p", status: .active, host: "h", model: .none, modelSource: "flavor")
    server.memoryMB = 2048
    server.burden = burden
    var policy = Policy.Drain()
    policy.devices = .live
    policy.moveRate = 1024
    return DrainRules(policy: policy).move(for: server)
  }

  @Test func burdenAndEstimate() throws {
    let drain = try Self.document(
      Self.server(
        MoveBurden(
          devices: [.init(.passthrough, "gpu:1")], hasDedicatedCPUs: true, hugePages: "1GB", localDiskGB: 10)))
    #expect(drain["estimatedSeconds"] as? Int == 12)
    let server = try #require((drain["servers"] as? [[String: Any]])?.first)
    let burden = try #require(server["burden"] as? [String: Any])
    #expect(burden["devices"] as? [[String: String]] == [["kind": "passthrough", "name": "gpu:1"]])
    #expect(burden["dedicatedCPUs"] as? Bool == true)
    #expect(burden["hugePages"] as? String == "1GB")
    #expect(burden["localDiskGiB"] as? Int == 10)
    let estimate = try #require(server["estimate"] as? [String: Any])
    #expect(estimate["seconds"] as? Int == 12)
    #expect(estimate["memoryMiB"] as? Int == 2048)
    #expect(estimate["diskGiB"] as? Int == 10)
    #expect(estimate["rateMiBPerSecond"] as? Int == 1024)
    #expect(estimate["source"] as? String == "drain.move_rate")
  }

  @Test func whatIsNotToldIsNull() throws {
    let drain = try Self.document(Self.server(nil))
    #expect(drain["estimatedSeconds"] is NSNull)
    let server = try #require((drain["servers"] as? [[String: Any]])?.first)
    #expect(server["burden"] is NSNull && server["estimate"] is NSNull)
    let bare = try Self.document(Self.server(MoveBurden()))
    let burden = try #require(((bare["servers"] as? [[String: Any]])?.first)?["burden"] as? [String: Any])
    #expect(burden["hugePages"] is NSNull && burden["localDiskGiB"] is NSNull)
  }
}
