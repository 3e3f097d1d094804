import Glibc
import Synchronization

/// Makes SSH connections. One for a process: it owns the event loop, the private agent for encrypted keys, and what has
/// been read of key and known_hosts files.
package final class SSHClient: Sendable {
  package struct Options: Sendable {
    /// Names the file whose first line is the passphrase of encrypted keys.
    package static let passphraseVariable = "SEVFLEET_SSH_PASSPHRASE_FILE"

    /// A file whose first line is the passphrase of encrypted keys; only its owner may read it.
    package var passphraseFile: String?
    /// Whether ssh-add may ask for a passphrase on the terminal, if there is one.
    package var mayPrompt: Bool

    package init(passphraseFile: String? = nil, mayPrompt: Bool = false) {
      self.passphraseFile = passphraseFile
      self.mayPrompt = mayPrompt
    }

    /// What the environment says; prompts are allowed.
    package static var fromEnvironment: Options {
      let file = getenv(passphraseVariable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
      return Options(passphraseFile: file, mayPrompt: true)
    }
  }

  /// Connections to one jump host that may be between TCP and login at the same time: sshd's MaxStartups begins to turn
  /// away at ten.
  private static let jumpsAtOnce = 6

  private let loop: SSHLoop
  private let calls = BlockingCalls()
  private let keys: KeyRing
  private let knownHosts: KnownHostsCache
  private let jumps: AdmissionControl
  private let state = Mutex(State())

  private struct State {
    var isShutDown = false
    var connections: [ObjectIdentifier: WeakConnection] = [:]
    /// Dead entries are swept when the table has grown to this.
    var sweepAt = 64
  }

  private struct WeakConnection: Sendable {
    weak let connection: SSHConnection?
  }

  /// Starts the loop's thread.
  ///
  /// - Throws: `systemLimit`.
  package init(_ options: Options = .fromEnvironment) throws(SSHError) {
    loop = try SSHLoop()
    keys = KeyRing(loop: loop, calls: calls, options: options)
    knownHosts = KnownHostsCache(loop: loop, calls: calls)
    jumps = AdmissionControl(limit: Self.jumpsAtOnce, loop: loop)
  }

  /// Opens a connection: TCP, key exchange, host key check, login. The caller closes it.
  ///
  /// - Throws: `unreachable`, `hostKeyUnknown`, `hostKeyMismatch`, `hostKeyRevoked`, `noAlgorithm`,
  ///   `authenticationRefused`, `keyUnreadable`, `agentUnavailable`, `notReady`, `timedOut`, `cancelled`,
  ///   `connectionLost`, `invalidRequest`, `protocolError`, `systemLimit`.
  package func connect(_ configuration: SSHConfiguration) async throws(SSHError) -> SSHConnection {
    guard let jump = configuration.jump else { return try await open(configuration, through: nil) }
    var first = configuration
    first.endpoint = jump
    first.jump = nil
    let admission = try await jumps.enter(jump)
    let way: SSHConnection
    do throws(SSHError) {
      way = try await open(first, through: nil)
      await jumps.leave(admission)
    } catch {
      await jumps.leave(admission)
      throw error
    }
    do throws(SSHError) {
      return try await open(configuration, through: way)
    } catch {
      await way.close()
      throw error
    }
  }

  private func open(
    _ configuration: SSHConfiguration, through jump: SSHConnection?
  ) async throws(SSHError) -> SSHConnection {
    let endpoint = configuration.endpoint
    let record = try await knownHosts.record(of: endpoint, in: configuration.knownHostsFiles)
    let candidates = try await keys.keys(for: configuration.identity, host: endpoint.host)
    let connection = SSHConnection(configuration: configuration, loop: loop, calls: calls)
    try register(connection)
    do throws(SSHError) {
      let accepted = try await connection.open(record, keys: candidates, through: jump)
      await keys.note(accepted: accepted, for: configuration.identity)
      return connection
    } catch {
      if error.kind == .agentUnavailable { await keys.checkPrivateAgent() }
      throw error
    }
  }

  /// Lines of the files that are not understood, and so do not count.
  ///
  /// - Throws: `hostKeyUnknown` if a file exists and cannot be read.
  package func knownHostsProblems(in files: [String]) async throws(SSHError) -> [KnownHostsProblem] {
    try await knownHosts.problems(in: files)
  }

  /// The socket of the private ssh-agent, if a key needed one; gone after `shutdown`.
  package var privateAgentSocket: String? {
    get async { await keys.privateAgentSocket }
  }

  /// Closes every connection and ends the private agent. Repeatable; no connection can be made after.
  package func shutdown() async {
    let open = state.withLock { state in
      state.isShutDown = true
      defer { state.connections = [:] }
      return state.connections.values.compactMap(\.connection)
    }
    for connection in open { await connection.close() }
    await keys.shutdown()
  }

  private func register(_ connection: SSHConnection) throws(SSHError) {
    let isRefused = state.withLock { state in
      if state.isShutDown { return true }
      if state.connections.count >= state.sweepAt {
        state.connections = state.connections.filter { $0.value.connection != nil }
        state.sweepAt = max(64, state.connections.count * 2)
      }
      state.connections[ObjectIdentifier(connection)] = WeakConnection(connection: connection)
      return false
    }
    if isRefused {
      throw SSHError(.connectionLost, host: connection.endpoint.host, "the SSH client was shut down")
    }
  }
}
