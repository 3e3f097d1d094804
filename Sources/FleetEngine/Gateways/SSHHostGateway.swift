package import FleetCore
import FleetFormats
package import SSHTransport

/// The host port over SSH: every look and every act is a fixed text with quoted arguments, run by an unprivileged
/// login that may only do as root what `RootCommand` lists.
package final class SSHHostGateway: HostGateway {
  /// Output of a probe, as much as its script may write.
  static let probeLimit = ProbeScript.maximumOutputBytes
  /// Output of any other command.
  static let outputLimit = 1 << 18
  /// No firmware image is larger (FACTS 3).
  static let fileLimit = 4 << 20

  let pool: ConnectionPool
  private let facts: Facts
  private let clock: any EngineClock
  let bounds: EngineBounds

  /// `home` is the controller's home folder, for `~` in paths of the inventory.
  package init(
    client: SSHClient, facts: Facts, clock: any EngineClock = SystemClock(), bounds: EngineBounds = EngineBounds(),
    home: String
  ) {
    pool = ConnectionPool(client: client, home: home)
    self.facts = facts
    self.clock = clock
    self.bounds = bounds
  }

  package func observe(_ host: Host) async -> Result<Observation, ProbeFailure> {
    do {
      let script = ProbeScript.text(become: host.ssh.become)
      let result = try await run(host, script, deadline: host.policy.deadlines.probe, limit: Self.probeLimit)
      switch ProbeText.parse(result.stdout, host: host.id, at: clock.now(), facts: facts) {
      case .success(let observation): return .success(observation)
      case .failure(let error):
        return .failure(ProbeFailure(kind: .connectionLost, text: "its answer cannot be read: \(error)"))
      }
    } catch {
      return .failure(error.probeFailure)
    }
  }

  package func bootMark(_ host: Host) async throws(HostError) -> BootMark {
    let result = try await run(host, "cat /proc/sys/kernel/random/boot_id /proc/uptime", deadline: bounds.command)
    let lines = Self.text(result.stdout).split(separator: "\n")
    guard result.exitStatus == 0, lines.count >= 2,
      let seconds = lines[1].split(separator: " ").first.flatMap({ Double($0) })
    else { throw HostError(.unreadable, "its boot id cannot be read") }
    return BootMark(bootID: String(lines[0]), uptimeSeconds: seconds)
  }

  package func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String? {
    // Root's own folder, which the login cannot look into: no hash is no image there.
    let command = RootCommand.hash(path: "\(RootCommand.stagedFolder)/\(sha256).sbin")
    let script = HostScript(become: host.ssh.become).asking(command)
    let result = try await run(host, script, deadline: bounds.command)
    if result.exitStatus == HostScript.refusedStatus { throw HostScript.refusal(command) }
    return result.exitStatus == 0 ? try Self.hash(Self.text(result.stdout)) : nil
  }

  package func fileHash(_ host: Host, path: String) async throws(HostError) -> String? {
    let result = try await run(
      host, Self.fileHashScript(become: host.ssh.become, path: path), deadline: bounds.command)
    return try Self.fileHash(path, exitStatus: result.exitStatus, stdout: Self.text(result.stdout))
  }

  /// Exit status of `fileHashScript` that means "there is no such file".
  private static let absentStatus: Int32 = 121

  /// Hashes a file. No hash is not "no file": what lies there and cannot be read must not pass for gone.
  package static func fileHashScript(become: SSHSettings.Become, path: String) -> String {
    let quoted = ShellQuoting.quote(path)
    return HostScript(become: become).asking(
      .hash(path: path), or: "[ -e \(quoted) ] || [ -L \(quoted) ] || exit \(absentStatus)")
  }

  /// What the end of `fileHashScript` means; `nil`: no such file.
  package static func fileHash(_ path: String, exitStatus: Int32, stdout: String) throws(HostError) -> String? {
    switch exitStatus {
    case 0: return try hash(stdout)
    case HostScript.refusedStatus: throw HostScript.refusal(.hash(path: path))
    case absentStatus: return nil
    default: throw HostError(.unreadable, "\(path) lies there and cannot be hashed", found: "exit \(exitStatus)")
    }
  }

  /// What `sha256sum` printed.
  private static func hash(_ stdout: String) throws(HostError) -> String {
    let hash = stdout.prefix(64)
    guard hash.count == 64, hash.allSatisfy(\.isHexDigit) else {
      throw HostError(.unreadable, "sha256sum printed no hash", found: String(hash))
    }
    return String(hash)
  }

  package func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool {
    let command = "/usr/bin/dpkg-divert --truename \(ShellQuoting.quote(path))"
    let result = try await run(host, "LC_ALL=C; export LC_ALL\n\(command)", deadline: bounds.command)
    guard result.exitStatus == 0 else {
      throw HostError(.toolMissing, "dpkg-divert does not answer", found: "exit \(result.exitStatus)")
    }
    return Self.text(result.stdout).trimmed != path
  }

  package func read(_ host: Host, path: String) async throws(HostError) -> [UInt8] {
    let command = RootCommand.read(path: path)
    let script = HostScript(become: host.ssh.become).asking(command)
    let result = try await run(host, script, deadline: bounds.command, limit: Self.fileLimit)
    if result.exitStatus == HostScript.refusedStatus { throw HostScript.refusal(command) }
    guard result.exitStatus == 0 else { throw HostError(.unreadable, "\(path) cannot be read") }
    return result.stdout
  }

  package func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool? {
    switch door {
    case .none, .command: return nil
    case .unit(.systemd(let unit)):
      let result = try await run(host, "systemctl is-active \(ShellQuoting.quote(unit))", deadline: bounds.command)
      switch Self.text(result.stdout).trimmed {
      case "active", "activating", "reloading": return true
      case "inactive", "failed": return false
      // `deactivating` among them: it runs no longer for long, and is not stopped yet.
      default: return nil
      }
    case .unit(.docker(let name)): return try await containerRuns(host, "docker", name)
    case .unit(.podman(let name)): return try await containerRuns(host, "podman", name)
    }
  }

  private func containerRuns(_ host: Host, _ engine: String, _ name: String) async throws(HostError) -> Bool? {
    let command = RootCommand.containerState(engine: engine, name: name)
    let result = try await run(host, HostScript(become: host.ssh.become).asking(command), deadline: bounds.command)
    if result.exitStatus == HostScript.refusedStatus { throw HostScript.refusal(command) }
    switch Self.text(result.stdout).trimmed {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  package func close(_ host: Host) async { await pool.close(host.id) }

  /// Lets go of every connection.
  package func closeAll() async { await pool.closeAll() }

  // MARK: Running

  func run(
    _ host: Host, _ script: String, deadline: Duration, limit: Int = SSHHostGateway.outputLimit
  ) async throws(HostError) -> SSHResult {
    do {
      let connection = try await pool.connection(host)
      return try await connection.run(script, deadline: deadline, outputLimit: limit)
    } catch {
      if error.kind != .outputTooLarge, error.kind != .timedOut { await pool.close(host.id) }
      throw HostError(error)
    }
  }

  /// The home folder of the login, asked once per connection.
  func home(_ host: Host) async throws(HostError) -> String {
    if let home = await pool.home(host.id) { return home }
    let result = try await run(host, "printf %s \"$HOME\"", deadline: bounds.command)
    let home = Self.text(result.stdout)
    guard result.exitStatus == 0, home.hasPrefix("/") else {
      throw HostError(.unreadable, "the login has no home folder", found: home)
    }
    await pool.remember(home: home, host.id)
    return home
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    var rest = Substring(self)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

extension HostError {
  init(_ error: SSHError) {
    let kind: Kind =
      switch error.kind {
      case .unreachable, .authenticationRefused, .keyUnreadable, .agentUnavailable: .unreachable
      case .hostKeyUnknown, .hostKeyMismatch, .hostKeyRevoked: .hostKeyMismatch
      case .noAlgorithm: .noAlgorithm
      case .notReady: .notReady
      case .timedOut: .timedOut
      case .connectionLost, .cancelled, .channelRefused, .shellRefused, .protocolError, .systemLimit: .connectionLost
      case .outputTooLarge, .invalidRequest: .refused
      case .uploadFailed: .refused
      case .downloadFailed: .unreadable
      }
    let cause = error.cause.map { " (\($0))" } ?? ""
    self.init(kind, error.text + cause, expected: error.expected, found: error.found)
  }

  var probeFailure: ProbeFailure {
    let kind: ProbeFailure.Kind =
      switch self.kind {
      case .unreachable: .unreachable
      case .hostKeyMismatch: .hostKeyMismatch
      case .noAlgorithm: .noAlgorithm
      case .notReady: .notReady
      case .sudoRefused: .sudoRefused
      case .connectionLost, .timedOut, .diskFull, .readOnly, .packageManagerBusy, .toolMissing, .refused, .notHeld,
        .unreadable:
        .connectionLost
      }
    return ProbeFailure(kind: kind, text: text, expected: expected, found: found)
  }
}
