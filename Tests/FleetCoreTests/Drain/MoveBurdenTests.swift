import FleetCore
import Testing

@Suite("What makes a server hard to move, and how long that takes") struct MoveBurdenTests {
  private typealias Device = MoveBurden.Device

  private static func burden(_ specs: [String: String]) -> MoveBurden { MoveBurden(extraSpecs: specs, localDiskGB: 0) }

  @Test("the flavor's own words") func extraSpecs() {
    #expect(Self.burden([:]) == MoveBurden(localDiskGB: 0))
    #expect(Self.burden(["hw:cpu_policy": "shared", "hw:mem_page_size": "small"]).words.isEmpty)
    for pages in ["any", "4", "4KB", "4KiB", ""] {
      #expect(Self.burden(["hw:mem_page_size": pages]).hugePages == nil, "\(pages)")
    }
    for pages in ["large", "2048", "1GB", "2MiB"] {
      #expect(Self.burden(["hw:mem_page_size": pages]).words == ["huge pages (\(pages))"])
    }
    for specs in [["hw:cpu_policy": "dedicated"], ["hw:cpu_policy": "mixed"], ["resources:PCPU": "4"]] {
      #expect(Self.burden(specs).words == ["dedicated CPUs"], "\(specs)")
    }
    #expect(!Self.burden(["resources:PCPU": "0"]).hasDedicatedCPUs)
    let all = Self.burden([
      "pci_passthrough:alias": "gpu:2,nic:1", "accel:device_profile": "fpga", "resources:VGPU": "1",
      "resources2:VGPU": "2", "resources3:VGPU": "0", "resources:CUSTOM_VGPU_LIKE": "1",
    ])
    #expect(
      all.devices == [
        Device(.passthrough, "gpu:2,nic:1"), Device(.accelerator, "fpga"), Device(.virtualGPU, "2"),
        Device(.virtualGPU, "1"),
      ])
    #expect(Self.burden(["pci_passthrough:alias": "", "accel:device_profile": ""]).devices.isEmpty)
  }

  @Test("what lies on the host is told, or it is unknown") func disks() {
    func local(_ root: Int, _ ephemeral: Int, _ swap: Int, volume: Bool = false) -> Int? {
      MoveBurden.Disks(root: root, ephemeral: ephemeral, swap: swap).local(bootsFromVolume: volume)
    }
    #expect(local(40, 0, 0) == 40)
    #expect(local(40, 10, 1) == 51, "swap counts up to the next GiB")
    #expect(local(40, 10, 1024) == 51)
    #expect(local(40, 10, 1025) == 52)
    #expect(local(40, 0, 0, volume: true) == 0)
    #expect(local(40, 20, 0, volume: true) == 20)
    #expect(local(0, 0, 0) == nil, "as large as its image")
    for absurd in [-1, Int.max, Int.min] {
      #expect(local(absurd, 0, 0) == nil && local(1, absurd, 0) == nil && local(1, 0, absurd) == nil)
    }
  }

  @Test("moves by memory, disk and the rate of the policy") func estimates() {
    var server = Bench.server("s")
    server.memoryMB = 16_384
    server.burden = MoveBurden(localDiskGB: 80)
    var policy = Policy.Drain()
    policy.moveRate = 256
    let live = MoveEstimate(server, .live, policy)
    #expect(live?.seconds == 384, "64 s for memory, 320 s for disk")
    #expect(live?.sizeText == "16 GiB of memory and up to 80 GiB of local disk")
    let cold = MoveEstimate(server, .cold, policy)
    #expect(cold?.seconds == 440, "it is watched for confirm_after")
    #expect(cold?.sizeText == "up to 80 GiB of local disk")
    server.memoryMB = 1
    server.burden = MoveBurden(localDiskGB: 0)
    #expect(MoveEstimate(server, .live, policy)?.seconds == 1, "rounded up")
    for move in [ServerMove.Move.stop, .leave, .blocked] { #expect(MoveEstimate(server, move, policy) == nil) }
    for absurd in [-1, Int.max, Int.min] {
      server.memoryMB = absurd
      #expect(MoveEstimate(server, .live, policy) == nil)
    }
  }

  @Test("what is not told is not guessed") func unknownSizes() {
    var server = Bench.server("s")
    #expect(MoveEstimate(server, .live, Policy.Drain()) == nil)
    server.burden = MoveBurden(localDiskGB: 1)
    #expect(MoveEstimate(server, .live, Policy.Drain()) == nil, "no memory told")
    #expect(MoveEstimate(server, .cold, Policy.Drain()) != nil)
    server.memoryMB = 512
    server.burden = MoveBurden(localDiskGB: nil)
    #expect(MoveEstimate(server, .live, Policy.Drain()) == nil && MoveEstimate(server, .cold, Policy.Drain()) == nil)
  }

  @Test("a host's moves are a sum, or unknown; a plan tells when they outlast the deadline") func sums() throws {
    var bench = Bench()
    func put(_ sizes: [Int?]) {
      let servers = sizes.enumerated().map { index, size in
        var server = Bench.server("s\(index)")
        server.memoryMB = size
        server.burden = MoveBurden(localDiskGB: 0)
        return server
      }
      bench.put(servers)
    }
    let minute = Policy.Drain().moveRate * 60
    put([minute, 2 * minute])
    var drain = try #require(bench.change?.drain)
    #expect(drain.estimatedSeconds == 180)
    #expect(drain.lateness(.seconds(180)) == nil && drain.lateness(.seconds(179)) != nil)
    put([minute, nil])
    drain = try #require(bench.change?.drain)
    #expect(drain.estimatedSeconds == nil && drain.lateness(.seconds(1)) == nil)
    put([])
    #expect(try #require(bench.change).drain.estimatedSeconds == nil)
    put([31 * minute])
    #expect(try #require(bench.change).reasons.contains { $0.rule == "D7" })
    put([30 * minute])
    #expect(try !#require(bench.change).reasons.contains { $0.rule == "D7" })
  }

  // MARK: Rules

  /// What a device forbids, from Nova's words: its kind, and whether policy trusts aliases.
  private static func forbids(_ kind: Device.Kind, _ move: ServerMove.Move, _ devices: Policy.Drain.Devices) -> Bool {
    switch kind {
    case .passthrough: move == .live && devices == .wait
    case .accelerator: move == .live || move == .cold
    case .virtualGPU: false
    }
  }

  @Test("O1: what Nova is known to refuse is blocked before the first call, and nothing is loosened")
  func devices() {
    var cases = 0
    var blocked = 0
    DrainOracle.forEachCase { one in
      guard !one.hasProcess, one.keepsElsewhere else { return }
      for kind in Device.Kind.allCases {
        for devices in Policy.Drain.Devices.allCases {
          var policy = Policy.Drain()
          (policy.sev, policy.shutoff, policy.devices) = (one.sev, one.shutoff, devices)
          let rules = DrainRules(
            policy: policy, losesSEVES: one.losesSEVES, sevESDestinations: ["es-1"], coldDestinations: ["cold-1"],
            alreadyMoved: one.alreadyMoved ? ["s"] : [])
          var server = Bench.server("s", one.model, status: one.status, word: one.word)
          let without = rules.move(for: server)
          server.burden = MoveBurden(devices: [Device(kind, "x:1")])
          let with = rules.move(for: server)
          cases += 1
          guard Self.forbids(kind, without.move, devices) else {
            if with.move != without.move, one.status != .shutoff {
              Issue.record("\(one) \(kind) \(devices): \(without.move) became \(with.move)")
            }
            continue
          }
          blocked += 1
          // Off, it is as safe where it is; unless it may not stay there for another reason.
          let expected: [ServerMove.Move] = one.status == .shutoff ? [.leave, .blocked] : [.blocked]
          if !expected.contains(with.move) { Issue.record("\(one) \(kind) \(devices): \(with.move)") }
        }
      }
    }
    print("MoveBurdenTests: \(cases) cases, \(blocked) blocked by devices")
    #expect(blocked > 100)
  }

  @Test("the reason names the device and the way out") func reasons() {
    var server = Bench.server("s")
    server.burden = MoveBurden(devices: [Device(.passthrough, "gpu:1")])
    let move = DrainRules(policy: Policy.Drain()).move(for: server)
    #expect(move.move == .blocked && move.rule == "O1")
    #expect(move.why.contains("gpu:1") && move.why.contains("drain.devices"))
    var bench = Bench()
    bench.put(server)
    #expect(bench.exclusion?.kind == .serversBlocked)
    bench.host.policy.drain.devices = .live
    #expect(bench.change?.drain.servers.first?.move == .live)
    #expect(bench.change?.drain.servers.first?.burden == server.burden)
  }
}
