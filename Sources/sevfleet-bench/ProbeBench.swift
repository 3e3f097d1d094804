import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import SSHTransport

/// A probe of many lab hosts beside `ssh` under `xargs -P` for the same facts. The lab runs in a process of its own.
struct ProbeBench {
  var hosts: Int
  /// Both get the same number of hosts at once.
  private static let atOnce = PlanMaker.probesAtOnce

  func run() async throws {
    let folder = NSTemporaryDirectory() + "sevfleet-bench-\(getpid())"
    try Tool.run([Tool.sevfleet, "lab", "up", "--hosts", "\(hosts)", "--folder", folder, "--network", "127.75"])
    defer {
      _ = try? Tool.run([Tool.sevfleet, "lab", "down", "--folder", folder])
      try? FileManager.default.removeItem(atPath: folder)
    }
    let inventory = try InventoryFolder.load("\(folder)/inventory", home: "/root", openStackConfigured: true).get()
    let ours = try await probe(inventory, folder)
    let theirs = try await ssh(inventory, folder)
    let each = Double(hosts)
    print("hosts \(hosts), at once \(Self.atOnce)")
    print(Self.row("sevfleet", ours, each))
    print(Self.row("ssh under xargs", theirs, each))
    print("controller CPU, sevfleet : ssh = 1 : \(Int((theirs.cpu / ours.cpu).rounded()))")
  }

  private static func row(_ name: String, _ cost: Cost, _ hosts: Double) -> String {
    func tenths(_ value: Double) -> String { "\(Double(Int(value * 10)) / 10)" }
    return "\(name): wall \(tenths(cost.wall)) s, controller CPU \(tenths(cost.cpu / hosts * 1000)) ms a host, "
      + "peak \(tenths(cost.peak)) MB"
  }

  private func probe(_ inventory: Inventory, _ folder: String) async throws -> Cost {
    let store = try FleetStore.open(folder: "\(folder)/bench-state")
    let client = try SSHClient(.fromEnvironment)
    let gateway = SSHHostGateway(client: client, facts: FactsFile.builtIn, home: "/root")
    let services = EngineServices(
      store: store, controller: try store.controller(), hosts: gateway, compute: nil, facts: FactsFile.builtIn,
      catalog: Catalog(),
      moves: MoveSlots())
    let maker = PlanMaker(services: services)
    let cost = try await Cost.of(0) {
      let looks = try await maker.probe(inventory.hosts)
      let failed = looks.filter { if case .failure = $0.value { true } else { false } }
      if let one = failed.first { throw Tool.Failed("\(failed.count) hosts were not seen: \(one.value)") }
    }
    await client.shutdown()
    return cost
  }

  private func ssh(_ inventory: Inventory, _ folder: String) async throws -> Cost {
    let script = "\(folder)/probe.sh"
    try Data(ProbeScript.text(become: .sudo).utf8).write(to: URL(fileURLWithPath: script))
    let list = "\(folder)/addresses"
    try Data(inventory.hosts.map { $0.address + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: list))
    let port = inventory.hosts.first?.ssh.port ?? 22
    let options = "-p \(port) -i \(folder)/id_ed25519 -o UserKnownHostsFile=\(folder)/known_hosts -o BatchMode=yes"
    let one = "ssh \(options) sevops@{} sh -s <\(script) >/dev/null"
    return try await Cost.of(-1) {
      try Tool.run(["/bin/sh", "-c", "xargs -a \(list) -P \(Self.atOnce) -I{} sh -c '\(one)'"])
    }
  }
}
