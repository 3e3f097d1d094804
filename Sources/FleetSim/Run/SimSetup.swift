package import FleetCore
import FleetFormats

/// How one seed's fleet looks, and what is wished of it.
package struct SimSetup: Sendable {
  /// Where the clocks of every history begin.
  package static let start = Instant(milliseconds: 1_795_000_000_000)

  package var seed: UInt64
  package var faults: SimFaults
  package var hosts: Int
  /// Times that a rollout that paused or halted is taken up again.
  package var resumes: Int
  /// Of 1,000 hosts those that somebody took out before, for a reason of their own. They count against the budget.
  package var takenOut: Int
  /// Of 1,000 hosts those that do not run yet what is wished of them; the others are places for servers to go.
  package var behind: Int

  package init(
    seed: UInt64, faults: SimFaults = .some, hosts: Int = 20, resumes: Int = 3, takenOut: Int = 0, behind: Int = 1000
  ) {
    self.takenOut = takenOut
    self.behind = behind
    self.seed = seed
    self.faults = faults
    self.hosts = hosts
    self.resumes = resumes
  }

  static let facts = FactsFile.builtIn

  /// The world before anybody looks at it.
  func world(_ images: SimImages) -> SimWorld {
    let world = SimWorld(
      executor: SimExecutor(start: Self.start), images: images, random: SimRandom(seed: seed), faults: faults)
    // Numbers of their own: which hosts are behind changes nothing else that is drawn.
    var random = SimRandom(seed: seed ^ 0x5A5A)
    for number in 1...hosts { add(number, isBehind: number <= 2 || random.chance(behind, of: 1000), world) }
    for id in world.order { fill(id, world) }
    trouble(world)
    return world
  }

  private func add(_ number: Int, isBehind: Bool, _ world: SimWorld) {
    let isMilan = number % 2 == 1
    let familyModel = isMilan ? SimImages.milan : SimImages.genoa
    // The last one is ahead of what is wished, at a level that refuses SEV-ES: no place for such guests.
    let ahead = number == hosts ? world.images.newest(familyModel) : nil
    let usual = isBehind ? world.images.current(familyModel) : world.images.wantedImage(familyModel)
    guard let image = ahead ?? usual else { return }
    let cpu = CPUIdentity(family: 25, model: isMilan ? 1 : 17, stepping: isMilan ? 1 : 2)
    let floor = isMilan ? FirmwareVersion(1, 55, 7) : FirmwareVersion(1, 55, 25)
    let digits = number < 10 ? "00\(number)" : number < 100 ? "0\(number)" : "\(number)"
    let id = HostID("h\(digits)")
    var template = SimObservation.template(id, cpu)
    // On every fourth the driver starts from the initramfs (FACTS 2.3).
    if number % 4 == 0, let kernel = template.nextBootKernel {
      template.tools["update-initramfs"] = "/usr/sbin/update-initramfs"
      template.initramfs = Initramfs(
        kernel: kernel, path: "/boot/initrd.img-\(kernel)", containsCCP: true,
        files: [SimFile(image).seen(at: "/lib/firmware/amd/\(familyModel.kernelName)")])
    }
    world.add(SimHost(id: id, name: "cmp-\(id)", template: template, cpu: cpu, floor: floor, image: image))
  }

  private func fill(_ id: HostID, _ world: SimWorld) {
    guard let name = world.hosts[id]?.name else { return }
    for _ in 0..<world.random.number(0..<3) {
      let draw = world.random.number(0..<10)
      let model: EncryptionModel = draw < 7 ? .none : draw < 9 || !world.canRunSEVES(name) ? .sev : .sevES
      world.addServer(model, on: name)
    }
    if world.random.chance(takenOut, of: 1000) {
      world.services[name] = SimService(isEnabled: false, reason: "fan is broken", switchedAt: 0)
    }
  }

  /// What people, packages and clocks will do in the first hours.
  private func trouble(_ world: SimWorld) {
    func name() -> String { world.hosts[world.order[world.random.number(0..<world.order.count)]]?.name ?? "" }
    func when() -> Duration { world.random.seconds(30..<1500) }
    for _ in 0..<3 where faults.draws(.serverAppears, &world.random) {
      world.schedule(.serverAppears(name()), in: when())
    }
    for _ in 0..<5 where faults.draws(.operatorInterferes, &world.random) {
      switch world.random.number(0..<3) {
      case 0: world.schedule(.operatorEnables(name()), in: when())
      case 1: world.schedule(.operatorDisables(name()), in: when())
      default: world.schedule(.operatorConfirms, in: when())
      }
    }
    for _ in 0..<2 where faults.draws(.packageUpdates, &world.random) {
      world.schedule(.packageWrites(name()), in: when())
    }
    for _ in 0..<2 where faults.draws(.foreignLease, &world.random) {
      world.schedule(.leaseTaken(name()), in: when())
    }
    for _ in 0..<2 where faults.draws(.clockJumps, &world.random) {
      world.schedule(.clockJumps(seconds: world.random.number(0..<7200) - 3600), in: when())
    }
  }

  /// The inventory that the engine is given.
  func inventory(_ world: SimWorld) -> [Host] {
    var random = SimRandom(seed: seed ^ 0xA5A5)
    let policy = policy(&random)
    return world.order.enumerated().compactMap { index, id in
      guard let host = world.hosts[id], let version = world.images.wanted(host.cpu.familyModel) else { return nil }
      return Host(
        id: id, address: "10.0.0.\(index + 1)", ssh: SSHSettings(), computeHost: .named(host.name),
        failureDomain: "rack\(index % 4)", target: .version(version), policy: policy,
        declaredAt: SourceLocation(file: "hosts/sim.yaml", line: index + 1))
    }
  }

  private func policy(_ random: inout SimRandom) -> Policy {
    var policy = Policy()
    policy.drain.sev = random.chance(1, of: 2) ? .cold : .wait
    policy.drain.deadline = .seconds(600)
    policy.drain.returnHome = random.chance(1, of: 6) ? .live : .none
    policy.drain.confirmAfter = .seconds(20)
    policy.maxUnavailable = .number(1 + random.number(0..<4))
    policy.maxFailures = .percent(50)
    policy.maxDomains = 1 + random.number(0..<4)
    policy.waves = random.chance(1, of: 2) ? [.number(2), .percent(25), .percent(100)] : [.percent(100)]
    policy.soak = .seconds(60)
    policy.activation.reload = random.chance(3, of: 4)
    return policy
  }
}
