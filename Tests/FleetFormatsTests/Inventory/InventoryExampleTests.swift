import FleetCore
import FleetFormats
import Testing

/// The files of INTERFACE, read verbatim.
@Suite struct InventoryExampleTests {
  @Test func readsTheExample() throws {
    let inventory = try InventorySample.read(InventorySample.example).get()
    #expect(inventory.cloud == "prod")
    #expect(inventory.openStackConfigured)
    #expect(inventory.statePath == "/var/lib/sevfleet")
    let ssh = SSHSettings(
      user: "sevops", port: 22, identity: "/home/op/.ssh/id_ed25519", knownHosts: "/home/op/.ssh/known_hosts",
      become: .sudo)
    #expect(inventory.ssh == ssh)
    let milan = FamilyModel(family: 0x19, modelHigh: 0)
    let target = FirmwareTarget.named("milan-2026q3", versions: [milan: FirmwareVersion(1, 55, 36)])
    var policy = Policy()
    policy.maxUnavailable = .number(2)
    let expected = Host(
      id: HostID("sev-a01"), address: "10.0.0.11", ssh: ssh, computeHost: .named("sev-a01"),
      failureDomain: "az1/rack3", groups: ["milan", "canary"], target: target, policy: policy,
      declaredAt: SourceLocation(file: "inventory/hosts/az1.yaml", line: 2))
    #expect(inventory.hosts == [expected])
    #expect(inventory.targets.map(\.name) == ["milan-2026q3", "es-keep"])
    #expect(inventory.targets[1].versions[FamilyModel(family: 0x19, modelHigh: 1)] == FirmwareVersion(1, 55, 40))
    #expect(inventory.groups.map(\.name) == ["milan"])
  }

  @Test func theShownPolicyIsTheDefault() throws {
    let with = try InventorySample.read(hosts: "hosts: []", policy: InventorySample.policy).get()
    let without = try InventorySample.read(hosts: "hosts: []").get()
    #expect(with.policy == Policy())
    #expect(without.policy == Policy())
  }

  @Test func onlyHostFilesAreNeeded() throws {
    let inventory = try InventorySample.read(hosts: "hosts:\n  - {name: a, address: a.example}\n").get()
    let host = try #require(inventory.hosts.first)
    #expect(host.computeHost == .notInNova)
    #expect(host.target == nil)
    #expect(host.ssh.identity == "/home/op/.ssh/id_ed25519")
    #expect(inventory.statePath == nil)
    #expect(!inventory.openStackConfigured)
    #expect(
      InventorySample.errors(InventorySample.read([])) == [
        "inventory/hosts: there is no host file; hosts are declared in hosts/*.yaml"
      ])
  }

  @Test func roundTripsTheExample() throws {
    let inventory = try InventorySample.read(InventorySample.example).get()
    let written = InventoryWriter.files(for: inventory)
    let again = try InventorySample.read(written).get()
    #expect(again.withoutLines == inventory.withoutLines)
    // Nothing is said twice: the second writing is the first.
    #expect(InventoryWriter.files(for: again) == written)
  }

  @Test func roundTripsEveryKindOfOverride() throws {
    let files = [
      InventoryFile(path: "targets.yaml", text: InventoryFuzzTests.groups),
      InventoryFile(path: "hosts/a.yaml", text: InventoryFuzzTests.rich),
    ]
    let inventory = try InventorySample.read(files, openStack: true).get()
    let host = try #require(inventory.host(HostID("h4")))
    #expect(host.target == .version(FirmwareVersion(1, 55, 29)) && host.ssh.become == .sudo)
    let again = try InventorySample.read(InventoryWriter.files(for: inventory), openStack: true).get()
    #expect(again.withoutLines == inventory.withoutLines)
  }
}
