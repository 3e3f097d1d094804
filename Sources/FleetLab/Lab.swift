import Foundation
import Synchronization

/// Simulated hosts behind real OpenSSH on loopback addresses.
///
/// Everything lives in namespaces whose first processes end with this process, however it ends.
package final class Lab: Sendable {
  package let configuration: LabConfiguration
  private let loop: LabLoop
  private let stage: LabStage
  private let table: [LabHost]
  private let control = Mutex<LabControlServer?>(nil)
  private let stopped = Atomic(false)

  /// In the order of the configuration.
  package var hosts: [LabHost] { table }

  /// More hosts at once are not set up faster: it is processor time.
  private static let startedAtOnce = 4

  /// Sets up and boots all hosts.
  /// - Throws: `LabError`: `notRoot`, `missingTool`, `namespacesRefused`, `listen`, `invalid`.
  package init(_ configuration: LabConfiguration) async throws {
    try Self.check(configuration)
    Self.raiseDescriptorLimit()
    self.configuration = configuration
    loop = try LabLoop()
    let files = HostTemplate.files(login: configuration.user, authorizedKeys: configuration.authorizedKeys)
    stage = try LabStage.make(files: files)
    loop.start()
    do {
      table = try await Self.makeHosts(configuration, stage, loop)
    } catch {
      stage.removeFolder()
      stage.cut()
      await loop.drain()
      loop.stop()
      throw error
    }
    stage.removeFolder()
    loop.everySecond { [weak self] in self?.keepTime() }
    if let path = configuration.controlSocket {
      let server = try LabControlServer(path: path, lab: self)
      control.withLock { $0 = server }
    }
  }

  /// A lab that was not stopped ends here; one that was has closed its end already.
  deinit {
    guard !stopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
    stage.cut()
    loop.stop()
  }

  private static func makeHosts(
    _ configuration: LabConfiguration, _ stage: LabStage, _ loop: LabLoop
  ) async throws -> [LabHost] {
    try await withThrowingTaskGroup(of: (Int, LabHost).self) { group in
      var made: [(Int, LabHost)] = []
      for (index, spec) in configuration.hosts.enumerated() {
        if index >= startedAtOnce, let one = try await group.next() { made.append(one) }
        group.addTask {
          let namespace = try await HostNamespace.make(name: spec.name, stage: stage)
          let address = spec.address ?? Self.address(index, configuration.network)
          let host = LabHost(
            spec: spec, address: address, configuration: configuration, namespace: namespace, loop: loop)
          do {
            try await host.start()
          } catch {
            await host.stop()
            throw error
          }
          return (index, host)
        }
      }
      for try await one in group { made.append(one) }
      return made.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private static func address(_ index: Int, _ network: String) -> String {
    "\(network).\(1 + index / 250).\(1 + index % 250)"
  }

  /// Each host needs two listeners, and each guest and connection for a moment some more.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(files, &limit)
  }

  /// Programs without which no host can be made, with the Debian package that has them.
  private static let needed = [
    ("/usr/sbin/sshd", "openssh-server"), ("/usr/bin/ssh-keygen", "openssh-client"), ("/usr/bin/sudo", "sudo"),
    ("/usr/bin/unshare", "util-linux"), ("/usr/bin/nsenter", "util-linux"), ("/usr/bin/setpriv", "util-linux"),
    ("/usr/bin/mount", "mount"), ("/usr/sbin/pivot_root", "util-linux"), ("/usr/bin/perl", "perl-base"),
    ("/usr/bin/dash", "dash"), ("/usr/bin/mawk", "mawk"), ("/usr/bin/cpio", "cpio"), ("/usr/bin/zstd", "zstd"),
    ("/usr/bin/xz", "xz-utils"),
  ]

  private static func check(_ configuration: LabConfiguration) throws(LabError) {
    guard geteuid() == 0 else { throw LabError(.notRoot, "the lab's hosts need root on this machine") }
    for (program, package) in needed where access(program, X_OK) != 0 {
      throw LabError(.missingTool, "\(program) is missing; install \(package)")
    }
    let names = configuration.hosts.map(\.name)
    guard Set(names).count == names.count else { throw LabError(.invalid, "two hosts have the same name") }
    for name in names {
      let good = !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0)) }
      guard good else { throw LabError(.invalid, "\(name) is no host name") }
    }
    guard configuration.authorizedKeys.contains("ssh-") || configuration.authorizedKeys.contains("ecdsa-") else {
      throw LabError(.invalid, "no public key is given for the login")
    }
  }

  /// Whether this machine lets a lab run; nil if it does.
  package static func obstacle() async -> LabError? {
    do throws(LabError) {
      let key = "ssh-ed25519 AAAA probe"
      var configuration = LabConfiguration(hosts: [], authorizedKeys: key)
      configuration.port = 1
      try check(configuration)
      let stage = try LabStage.make(files: HostTemplate.files(login: "sevops", authorizedKeys: key))
      defer {
        stage.removeFolder()
        stage.cut()
      }
      let namespace = try await HostNamespace.make(name: "probe", stage: stage)
      kill(namespace.pid, SIGKILL)
      _ = await Blocking.run { Child.reap(namespace.waiter) }
      return nil
    } catch {
      return error
    }
  }

  package func host(_ name: String) throws(LabError) -> LabHost {
    guard let host = table.first(where: { $0.name == name }) else {
      throw LabError(.unknownHost, "the lab has no host \(name)")
    }
    return host
  }

  /// Ends every host; nothing of the lab is left on the machine.
  package func stop() async {
    guard !stopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
    if let server = control.withLock({ $0 }) { await server.stop() }
    await withTaskGroup(of: Void.self) { group in
      for host in table { group.addTask { await host.stop() } }
    }
    stage.cut()
    await loop.drain()
    loop.stop()
  }

  private func keepTime() {
    for host in table { Task { try? await host.writeUptime() } }
  }

  // MARK: One host

  /// Switches a host off and on.
  package func reset(_ name: String) async throws { try await host(name).reset() }

  package func set(_ fault: LabFault, on name: String) async throws { try await host(name).set(fault) }

  package func clear(_ kind: LabFault.Kind, on name: String) async throws { try await host(name).clear(kind) }

  package func truth(of name: String) async throws -> LabTruth { try await host(name).truth() }

  /// A `known_hosts` file for all hosts.
  package var knownHosts: String { table.map { $0.knownHostsLine + "\n" }.joined() }
}

extension Lab: LabGuests {
  package func startGuest(
    host: String, uuid: String, name: String, model: LabGuestModel, instanceName: String
  ) async throws {
    let guest = LabVirtualMachine(uuid: uuid, name: name, instanceName: instanceName, model: model, known: true)
    try await self.host(host).startGuest(guest)
  }

  package func stopGuest(host: String, uuid: String) async throws { try await self.host(host).stopGuest(uuid) }

  package func setPaused(_ paused: Bool, host: String, uuid: String) async throws {
    try await self.host(host).setPaused(paused, uuid)
  }

  package func isRunning(host: String, uuid: String) async -> Bool {
    guard let host = try? self.host(host) else { return false }
    return await host.guests[uuid] != nil
  }

  package func isComputeServiceUp(host: String) async -> Bool {
    guard let host = try? self.host(host) else { return false }
    return await host.isComputeUp
  }
}
