import Foundation
import Synchronization

/// A running world: the lab's hosts, the compute API beside them, and the files that lead to both.
package final class LabWorld: Sendable {
  package let spec: LabWorldSpec
  package let lab: Lab
  /// `nil` where the world has no cloud.
  package let compute: LabCompute?
  /// Server ids by name.
  package let servers: [String: String]

  private init(spec: LabWorldSpec, lab: Lab, compute: LabCompute?, servers: [String: String]) {
    self.spec = spec
    self.lab = lab
    self.compute = compute
    self.servers = servers
  }

  package var inventoryFolder: String { "\(spec.folder)/inventory" }
  package var cloudsPath: String { spec.externalCloud?.cloudsFile ?? "\(spec.folder)/clouds.yaml" }
  package var identity: String { "\(spec.folder)/id_ed25519" }

  /// Brings everything up. Throws `LabError`; nothing is left behind then.
  package static func start(_ spec: LabWorldSpec) async throws -> LabWorld {
    try FileManager.default.createDirectory(
      atPath: "\(spec.folder)/inventory/hosts", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let key = try makeKey(spec.folder)
    let guests = LateGuests()
    let embedded = spec.hasCloud && spec.externalCloud == nil
    let compute = embedded ? LabCompute(settings: spec.compute, guests: guests) : nil
    var configuration = LabConfiguration(hosts: spec.hosts, authorizedKeys: key)
    configuration.user = spec.user
    configuration.sudoers = spec.sudoers
    configuration.network = spec.network
    configuration.port = spec.port
    configuration.controlSocket = spec.controlSocket
    if let compute { configuration.hooks = hooks(compute) }
    if let external = spec.externalCloud {
      configuration.hooks.computeServiceChanged = external.computeServiceChanged
    }
    let lab = try await Lab(configuration)
    do {
      guests.set(LabGuestDriver(lab))
      var servers: [String: String] = [:]
      if let compute { servers = try await seed(compute, spec) }
      let world = LabWorld(spec: spec, lab: lab, compute: compute, servers: servers)
      try await world.writeFiles()
      return world
    } catch {
      await compute?.stop()
      await lab.stop()
      throw error
    }
  }

  package func stop() async {
    await compute?.stop()
    await lab.stop()
  }

  private static func hooks(_ compute: LabCompute) -> LabHooks {
    var hooks = LabHooks()
    hooks.computeServiceChanged = { host, active in await compute.setComputeUp(host, active) }
    hooks.guestAppeared = { host, guest in await compute.learn(guest, on: host) }
    hooks.hostChanged = { host, up in if !up { await compute.hostWasReset(host) } }
    return hooks
  }

  private static func seed(_ compute: LabCompute, _ spec: LabWorldSpec) async throws -> [String: String] {
    try await compute.start()
    for host in spec.hosts {
      let slots: [LabGuest.Model: Int] = host.snpEnabled ? LabCompute.allSlots : [.sev: 15]
      await compute.addHost(host.name, slots: slots, aggregates: ["sev"])
    }
    var ids: [String: String] = [:]
    for server in spec.servers {
      ids[server.name] = try await compute.addServer(
        server.name, flavor: server.flavor, host: server.host, state: server.state, project: server.project,
        metadata: server.metadata)
    }
    return ids
  }

  /// A key pair of the lab's own, made once per folder.
  private static func makeKey(_ folder: String) throws -> String {
    let path = "\(folder)/id_ed25519"
    if !FileManager.default.fileExists(atPath: path) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
      process.arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", path]
      process.standardInput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
    }
    guard let key = try? String(contentsOfFile: path + ".pub", encoding: .utf8) else {
      throw LabError(.missingTool, "ssh-keygen made no key in \(folder)")
    }
    return key
  }

  // MARK: Files

  private func writeFiles() async throws {
    try write("known_hosts", lab.knownHosts)
    try write("inventory/hosts/lab.yaml", hostsText)
    var fleet = """
      ssh:
        user: \(spec.user)
        port: \(spec.port)
        identity: \(identity)
        known_hosts: \(spec.folder)/known_hosts
        become: sudo
      state: \(spec.folder)/state

      """
    if let compute {
      fleet += "openstack:\n  cloud: lab\n"
      try write("clouds.yaml", await compute.cloudsYAML("lab"))
    } else if let external = spec.externalCloud {
      fleet += "openstack:\n  cloud: \(external.cloud)\n"
    }
    try write("inventory/fleet.yaml", fleet)
    if !spec.targetsText.isEmpty { try write("inventory/targets.yaml", spec.targetsText) }
    if !spec.policyText.isEmpty { try write("inventory/policy.yaml", spec.policyText) }
  }

  private var hostsText: String {
    var text = "hosts:\n"
    for (index, host) in lab.hosts.enumerated() {
      text += "  - name: \(host.name)\n    address: \(host.address)\n"
      text += "    failure_domain: lab/rack\(index / 3 + 1)\n"
      if let target = spec.targets[host.name] { text += "    target: \(target)\n" }
    }
    return text
  }

  private func write(_ name: String, _ text: String) throws {
    let path = "\(spec.folder)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }
}

/// The compute API is made before the hosts whose guests it drives; this stands between them.
private final class LateGuests: GuestDriver {
  private let driver = Mutex<LabGuestDriver?>(nil)

  func set(_ driver: LabGuestDriver) { self.driver.withLock { $0 = driver } }

  func start(_ guest: LabGuest, on host: String) async throws {
    try await driver.withLock { $0 }?.start(guest, on: host)
  }

  func stop(_ id: String, on host: String) async { await driver.withLock { $0 }?.stop(id, on: host) }

  func pause(_ id: String, on host: String) async { await driver.withLock { $0 }?.pause(id, on: host) }

  func resume(_ id: String, on host: String) async { await driver.withLock { $0 }?.resume(id, on: host) }
}
