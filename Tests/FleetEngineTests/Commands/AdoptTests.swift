import FleetCommands
import FleetCore
import FleetEngine
import FleetStore
import Testing

@Suite("K: what a lost state folder left behind") struct AdoptTests {
  private static let other = ControllerIdentity(id: String(repeating: "b", count: 32), hostName: "ctl2")
  private static let theirs = HostLease(line: other.holder(rollout: "r9").line)

  private struct Bed {
    let rollout: StubRollout
    let hosts: StubHost
    let services: EngineServices
    let host = Host(
      id: StubRun.host, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(StubWorld.name),
      declaredAt: SourceLocation(file: "hosts.yaml", line: 1))

    init(lease: HostLease?, reason: String? = nil) throws {
      let world = StubWorld([], reason: reason ?? "")
      world.change { $0.service.isEnabled = reason == nil }
      rollout = try StubRollout()
      hosts = StubHost(world)
      hosts.change { $0.observation.lease = lease }
      services = EngineServices(
        store: rollout.store, controller: StubRun.controller, hosts: hosts, compute: world, clock: world,
        facts: Facts(), catalog: Catalog(), moves: MoveSlots())
    }

    func lost() async throws -> [LostHost] { try await LostHosts(services, hosts: [host]).find() }

    func findings() throws -> [String] {
      try rollout.store.entries(host: StubRun.host).compactMap { entry in
        if case .finding(let kind, let text) = entry.event { return "\(kind): \(text)" }
        return nil
      }
    }
  }

  private static func ours(_ words: [String]) -> String { (["sevfleet"] + words).joined(separator: " ") }

  private static let mark = CordonReason.text(rollout: "r9", host: StubRun.host)

  private struct Row: Sendable {
    var name: String
    var lease: HostLease?
    var reason: String?
    /// Beginnings of what is told to do; `nil`: the host is not listed.
    var commands: [String]?
  }

  private static let rows = [
    Row(name: "nothing of ours", lease: nil, reason: nil, commands: nil),
    Row(name: "disabled by a person", lease: nil, reason: "disk", commands: nil),
    Row(name: "a mark", lease: nil, reason: mark, commands: ["openstack compute", "sevfleet plan"]),
    Row(name: "another's lease", lease: theirs, reason: nil, commands: ["sevfleet host adopt", "sevfleet plan"]),
    Row(
      name: "a lease of our own that no run holds", lease: StubRun.lease, reason: nil,
      commands: ["sevfleet host release", "sevfleet plan"]),
    Row(
      name: "both", lease: theirs, reason: mark,
      commands: ["sevfleet host adopt", "openstack compute", "sevfleet plan"]),
  ]

  @Test("a host is listed by what it bears, with what finishes the job") func listed() async throws {
    for row in Self.rows {
      let lost = try await Bed(lease: row.lease, reason: row.reason).lost()
      guard let expected = row.commands else {
        #expect(lost.isEmpty, "\(row.name): \(lost)")
        continue
      }
      guard let found = lost.first, lost.count == 1 else {
        Issue.record("\(row.name): \(lost)")
        continue
      }
      let commands = found.commands(Self.ours)
      let told = zip(commands, expected).allSatisfy { $0.hasPrefix($1) }
      #expect(told && commands.count == expected.count, "\(row.name): \(commands)")
      #expect(found.lease == row.lease && found.remains != nil, "\(row.name)")
      #expect(found.lines(Self.ours).first?.contains(row.reason ?? "leased") == true, "\(row.name)")
    }
  }

  @Test("a quarantine explains our own lease") func held() async throws {
    let bed = try Bed(lease: StubRun.lease)
    _ = try bed.rollout.quarantine()
    #expect(try await bed.lost().isEmpty)
    bed.hosts.change { $0.observation.lease = Self.theirs }
    #expect(try await bed.lost().count == 1, "and no other's")
  }

  @Test("a host that says nothing of its remains is listed all the same") func silent() async throws {
    let bed = try Bed(lease: Self.theirs, reason: Self.mark)
    bed.hosts.change { $0.remainsError = HostError(.unreachable, "no route") }
    let lost = try #require(try await bed.lost().first)
    #expect(lost.remains == nil && lost.failure == "no route")
  }

  @Test("a person takes a lease over, and the journal keeps who and why") func adopted() async throws {
    let bed = try Bed(lease: Self.theirs)
    let before = try await LeaseDesk(bed.services).adopt(bed.host, reason: "ctl2 burnt", by: "ops")
    #expect(before == Self.theirs)
    #expect(bed.hosts.seen.observation.lease?.isHeld(by: StubRun.controller.id) == true)
    let findings = try bed.findings()
    #expect(findings.count == 2, "\(findings)")
    #expect(findings.first?.contains("ops") == true && findings.first?.contains("ctl2 burnt") == true, "\(findings)")
    #expect(try await bed.lost().first?.commands(Self.ours).first?.hasPrefix("sevfleet host release") == true)
    #expect(try await LeaseDesk(bed.services).giveBack(bed.host) == "its lease is given back")
    #expect(try await bed.lost().isEmpty)
  }

  @Test("there must be a lease of another controller to take over", arguments: [nil, StubRun.lease])
  func nothingToAdopt(lease: HostLease?) async throws {
    let bed = try Bed(lease: lease)
    let error = await #expect(throws: CommandError.self) {
      try await LeaseDesk(bed.services).adopt(bed.host, reason: "x", by: "ops")
    }
    #expect(error?.kind == (lease == nil ? "notLeased" : "leaseIsOurs"))
    #expect(bed.hosts.seen.acts.isEmpty)
    #expect(try bed.findings().isEmpty, "what was not begun is not told")
  }

  @Test("a lease that does not change hands is no success") func notTaken() async throws {
    let bed = try Bed(lease: Self.theirs)
    bed.hosts.change { state in state.onAct = { state, _, _ in state.observation.lease = Self.theirs } }
    let error = await #expect(throws: CommandError.self) {
      try await LeaseDesk(bed.services).adopt(bed.host, reason: "x", by: "ops")
    }
    #expect(error?.kind == "leaseNotTaken")
    #expect(try bed.findings().count == 1)
  }
}
