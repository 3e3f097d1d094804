import FleetCore
import FleetFormats
import Testing

/// Host, then its groups in listed order, then the file, then defaults.
@Suite struct InventoryPrecedenceTests {
  private let targets = """
    targets:
      keep: {fam19h_model0xh: "1.55.31"}
    groups:
      one:
        policy: {max_unavailable: 2, comply_within: 36h, drain: {live: 7, move_rate: 900, return_home: none}, deadlines: {reload: 5m}}
        ssh: {user: one, port: 2201}
      two:
        policy: {max_unavailable: 3, drain: {live: 8, cold: 2}, hooks: {pre_drain: {argv: [/bin/two]}}}
        ssh: {user: two, become: none, jump: op@gate:2222}
      aim: {target: keep}
      other: {target: 1.55.29}
    """
  private let fleet = "ssh: {user: file, identity: agent, jump: op@file-gate}\n"
  private let policy = """
    max_unavailable: 10%
    comply_within: 14d
    drain: {sev: cold, cold: 5, devices: live, move_rate: 500, return_home: live}
    hooks: {pre_drain: {argv: [/bin/file, -t, 30], timeout: 5s}, post_verify: {argv: [/bin/verify]}}
    """

  private func host(_ words: String) throws -> Host {
    let text = "hosts:\n  - {name: h, address: h.example, \(words)}\n"
    let inventory = try InventorySample.read(hosts: text, fleet: fleet, targets: targets, policy: policy).get()
    return try #require(inventory.hosts.first)
  }

  @Test func versionRulesOfAllPlacesHoldTogether() throws {
    let targets = """
      versions:
        fam19h_model0xh: {min: 1.55.20, blocked: [{version: 1.55.33, reason: it hangs, until: 2026-12-31}]}
      groups:
        one: {versions: {fam19h_model0xh: {min: {version: 1.55.10, reason: a bulletin}, max: 1.55.40}}}
        two: {versions: {fam19h_model1xh: {max: 1.55.50}, fam19h_model0xh: {max: 1.55.40}}}
      """
    let blocked = VersionRules.Rule(
      FirmwareVersion(1, 55, 33), reason: "it hangs", until: CivilDate("2026-12-31"))
    let milan = FamilyModel(family: 25, modelHigh: 0)
    let genoa = FamilyModel(family: 25, modelHigh: 1)
    func rule(_ build: UInt8) -> VersionRules.Rule { VersionRules.Rule(FirmwareVersion(1, 55, build)) }
    let fleet = VersionRules(oldest: [rule(20)], blocked: [blocked])
    let bulletin = VersionRules.Rule(FirmwareVersion(1, 55, 10), reason: "a bulletin")
    let one = VersionRules(oldest: [rule(20), bulletin], newest: [rule(40)], blocked: [blocked])
    let two = VersionRules(oldest: [rule(20)], newest: [rule(40)], blocked: [blocked])
    let rows: [(String, [FamilyModel: VersionRules])] = [
      ("[none-such]", [milan: fleet]), ("[one]", [milan: one]),
      ("[two]", [milan: two, genoa: VersionRules(newest: [rule(50)])]),
      ("[one, two]", [milan: one, genoa: VersionRules(newest: [rule(50)])]),
    ]
    for (groups, wanted) in rows {
      let text = "hosts:\n  - {name: h, address: h.example, groups: \(groups)}\n"
      let inventory = try InventorySample.read(hosts: text, targets: targets).get()
      #expect(inventory.hosts.first?.versions == wanted, "\(groups)")
    }
  }

  @Test func fileOverDefaults() throws {
    let host = try host("groups: [none-such]")
    #expect(host.ssh.user == "file")
    #expect(host.ssh.identity == "agent")
    #expect(host.ssh.jump == "op@file-gate")
    #expect(host.policy.maxUnavailable == .percent(10))
    #expect(host.policy.drain.sev == .cold)
    #expect(host.policy.drain.cold == 5)
    #expect(host.policy.drain.devices == .live && Policy().drain.devices == .wait)
    #expect(host.policy.drain.moveRate == 500 && host.policy.drain.returnHome == .live)
    #expect(host.policy.complyWithin == .seconds(14 * 86_400) && Policy().complyWithin == nil)
    #expect(host.policy.drain.live == Policy().drain.live)
    #expect(host.policy.hooks[.preDrain] == Policy.Hook(argv: ["/bin/file", "-t", "30"], timeout: .seconds(5)))
  }

  @Test func firstListedGroupWins() throws {
    let first = try host("groups: [one, two]")
    #expect(first.ssh.user == "one")
    #expect(first.ssh.port == 2201)
    #expect(first.ssh.become == .none)
    #expect(first.ssh.jump == "op@gate:2222")
    #expect(first.policy.maxUnavailable == .number(2))
    #expect(first.policy.drain.live == 7)
    #expect(first.policy.drain.moveRate == 900 && first.policy.drain.returnHome == .none)
    #expect(first.policy.complyWithin == .seconds(36 * 3600))
    #expect(first.policy.drain.cold == 2)
    #expect(first.policy.drain.sev == .cold)
    #expect(first.policy.deadlines.reload == .seconds(300))
    #expect(first.policy.hooks[.preDrain]?.argv == ["/bin/two"])
    let second = try host("groups: [two, one]")
    #expect(second.ssh.user == "two")
    #expect(second.policy.maxUnavailable == .number(3))
    #expect(second.policy.drain.live == 8)
  }

  @Test func emergencyBudgetsAreMergedKeyByKey() throws {
    let targets = "groups: {one: {policy: {emergency: {max_unavailable: 30%, max_moves: 99}}}}"
    let policy = "emergency: {max_unavailable: 20%, max_failures: 2, waves: [3, 100%], approvals: 2}"
    let hosts = "hosts:\n  - {name: h, address: h.example, groups: [one]}\n"
    let inventory = try InventorySample.read(hosts: hosts, targets: targets, policy: policy).get()
    let emergency = try #require(inventory.hosts.first).policy.emergency
    #expect(emergency.maxUnavailable == .percent(30))
    #expect(emergency.maxFailures == .number(2))
    #expect(emergency.maxMoves == 99)
    #expect(emergency.waves == [.number(3), .percent(100)])
    #expect(inventory.policy.emergency.approvals == 2 && Policy().emergency.approvals == 0)
    #expect(inventory.policy.emergency.maxMoves == Policy().emergency.maxMoves)
  }

  @Test func hostWins() throws {
    let host = try host(
      "groups: [one, two], port: 23, ssh: {user: me, jump: null}, "
        + "policy: {max_unavailable: 9, hooks: {pre_drain: null}}, target: factory")
    #expect(host.ssh.user == "me")
    #expect(host.ssh.port == 23)
    #expect(host.ssh.jump == nil)
    #expect(host.policy.maxUnavailable == .number(9))
    #expect(host.policy.drain.live == 7)
    #expect(host.policy.hooks[.preDrain] == nil)
    #expect(host.policy.hooks[.postVerify]?.argv == ["/bin/verify"])
    #expect(host.target == .factory)
  }

  @Test func groupsThatDisagreeOnATarget() throws {
    let text = "hosts:\n  - name: h\n    address: h.example\n    groups: [aim, one, other]\n"
    let result = InventorySample.read(hosts: text, fleet: fleet, targets: targets)
    #expect(InventorySample.kinds(result) == [.conflict])
    #expect(
      InventorySample.errors(result).first?.hasPrefix("inventory/hosts/h.yaml:4: host h: its groups disagree") == true)
    // The host's own word settles it.
    #expect(try host("groups: [aim, one, other], target: 1.55.29").target == .version(FirmwareVersion(1, 55, 29)))
    #expect(try host("groups: [one, aim]").target?.label == "keep")
  }

  @Test func pathsAreRelativeToTheirFile() throws {
    let files = [
      InventoryFile(
        path: "fleet.yaml", text: "ssh: {identity: keys/id, known_hosts: ../known}\nstate: ./state/../st\n"),
      InventoryFile(
        path: "hosts/a.yaml", text: "hosts: [{name: a, address: a, ssh: {identity: ../keys/a, known_hosts: /etc/k}}]"),
    ]
    let inventory = try InventorySample.read(files, folder: "conf/inventory").get()
    #expect(inventory.ssh.identity == "conf/inventory/keys/id")
    #expect(inventory.ssh.knownHosts == "conf/known")
    #expect(inventory.statePath == "conf/inventory/st")
    #expect(inventory.hosts[0].ssh.identity == "conf/inventory/keys/a")
    #expect(inventory.hosts[0].ssh.knownHosts == "/etc/k")
    let written = InventoryWriter.files(for: inventory, folder: "conf/inventory")
    #expect(try InventorySample.read(written, folder: "conf/inventory").get().withoutLines == inventory.withoutLines)
  }

  @Test func theComputeHost() throws {
    let hosts = """
      hosts:
        - {name: a, address: a}
        - {name: b, address: b, compute_host: nova-b}
        - {name: c, address: c, compute_host: null}
        - {name: d, address: d, compute_host: ~}
      """
    let with = try InventorySample.read(hosts: hosts, openStack: true).get()
    #expect(with.hosts.map(\.computeHost) == [.named("a"), .named("nova-b"), .notInNova, .notInNova])
    #expect(with.cloud == nil && with.openStackConfigured)
    let without = InventorySample.read(hosts: hosts)
    #expect(InventorySample.kinds(without) == [.conflict])
    #expect(InventorySample.errors(without)[0].hasPrefix("inventory/hosts/h.yaml:3: host b names the Nova host nova-b"))
  }
}
