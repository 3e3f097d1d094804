import Glibc

/// Finds the keys to log in with. Key files are read once, and again when they have changed; agents are asked each time.
actor KeyRing {
  /// Key files are looked at again after this long.
  private static let trust = Duration.seconds(5)
  /// A key that could not be loaded is not tried again for the same file before this: a thousand hosts would otherwise
  /// ask a person a thousand times.
  private static let regret = Duration.seconds(300)
  /// Reading a file, even over a network file system.
  private static let readingTime = Duration.seconds(10)
  /// The largest RSA keys have 13 KiB.
  private static let sizeLimit = 64 * 1024

  nonisolated let loop: SSHLoop
  nonisolated let calls: BlockingCalls
  nonisolated let options: SSHClient.Options
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private struct Loaded {
    var version: FileContent.Version?
    var result: Result<AuthenticationKey, SSHError>
    var checked: MonotonicTime
  }

  private var files: [String: Loaded] = [:]
  private var loading: [String: Task<Result<AuthenticationKey, SSHError>, Never>] = [:]
  private var agent: PrivateAgent?
  /// Keys go into the private agent one after the other: two prompts at once confuse people.
  private var lastAddition: Task<Result<AuthenticationKey, SSHError>, Never>?
  /// What a server accepted last, by agent; offered first next time, to spare servers wrong keys.
  private var favourites: [String: PublicKey] = [:]

  init(loop: SSHLoop, calls: BlockingCalls, options: SSHClient.Options) {
    self.loop = loop
    self.calls = calls
    self.options = options
  }

  /// The keys to offer, in order; not empty.
  ///
  /// - Throws: `keyUnreadable`, `agentUnavailable`, `authenticationRefused` if an agent has no usable key.
  func keys(for identity: SSHIdentity, host: String) async throws(SSHError) -> [AuthenticationKey] {
    switch identity {
    case .agent(let path): return try await agentKeys(agentPath(path, host: host), host: host)
    case .file(let path):
      switch await fileKey(path) {
      case .success(let key): return [key]
      case .failure(var error):
        error.host = host
        throw error
      }
    }
  }

  /// Remembers which key of an agent a server accepted.
  func note(accepted key: PublicKey, for identity: SSHIdentity) {
    if case .agent(let path) = identity, let path = path ?? Self.environmentAgent { favourites[path] = key }
  }

  /// The socket of the private agent, if one runs.
  var privateAgentSocket: String? { agent?.socketPath }

  /// After a failed signature: if the private agent is gone, forgets it and its keys, so that the next connection starts
  /// another.
  func checkPrivateAgent() async {
    guard let agent else { return }
    let client = SSHAgentClient(socketPath: agent.socketPath, loop: loop, host: "-")
    do throws(SSHError) {
      _ = try await client.identities()
    } catch {
      if error.kind == .agentUnavailable, self.agent === agent { await shutdown() }
    }
  }

  /// Ends the private agent.
  func shutdown() async {
    guard let agent else { return }
    self.agent = nil
    files = [:]
    _ = await loop.blocking(on: calls, until: .now + .seconds(10)) { agent.stop() }
  }

  // MARK: Agents

  private static var environmentAgent: String? {
    getenv("SSH_AUTH_SOCK").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private func agentPath(_ path: String?, host: String) throws(SSHError) -> String {
    guard let path = path ?? Self.environmentAgent else {
      throw SSHError(.agentUnavailable, host: host, "there is no ssh-agent: SSH_AUTH_SOCK is not set")
    }
    return path
  }

  private func agentKeys(_ path: String, host: String) async throws(SSHError) -> [AuthenticationKey] {
    let all = try await SSHAgentClient(socketPath: path, loop: loop, host: host).identities().map(\.key)
    var usable = all.filter { AuthenticationKey.usableTypes.contains($0.type) }
    guard !usable.isEmpty else {
      throw SSHError(
        .authenticationRefused, host: host, "the ssh-agent at \(path) has no key that libssh2 can log in with",
        expected: "an Ed25519, ECDSA or RSA key", found: all.isEmpty ? "no key" : all.map(\.type).joined(separator: ",")
      )
    }
    if let favourite = favourites[path], let position = usable.firstIndex(of: favourite) {
      usable.insert(usable.remove(at: position), at: 0)
    }
    return usable.map { AuthenticationKey(publicKey: $0, signer: .agent(socketPath: path)) }
  }

  // MARK: Files

  private func fileKey(_ path: String) async -> Result<AuthenticationKey, SSHError> {
    if let known = files[path], MonotonicTime.now < known.checked + Self.trust { return known.result }
    let task = loading[path] ?? Task { await self.load(path) }
    loading[path] = task
    return await task.value
  }

  private func load(_ path: String) async -> Result<AuthenticationKey, SSHError> {
    defer { loading[path] = nil }
    let known = files[path]
    let version = await loop.blocking(on: calls, until: .now + Self.readingTime) { FileContent.Version(path: path) }
    if let known, let version, known.version == version {
      let isFresh: Bool
      switch known.result {
      case .success: isFresh = true
      case .failure: isFresh = MonotonicTime.now < known.checked + Self.regret
      }
      if isFresh {
        if case .success = known.result { files[path]?.checked = .now }
        return known.result
      }
    }
    let result = await read(path)
    files[path] = Loaded(version: version ?? nil, result: result, checked: .now)
    return result
  }

  private func read(_ path: String) async -> Result<AuthenticationKey, SSHError> {
    let limit = Self.sizeLimit
    let answer = await loop.blocking(on: calls, until: .now + Self.readingTime) {
      (FileContent.read(path, limit: limit), FileContent.permissions(path))
    }
    guard let (content, permissions) = answer else { return unreadable(path, "it was not read in time") }
    switch content {
    case .failure(let code): return unreadable(path, "it cannot be read", cause: SystemCall.text(code))
    case .content(let bytes):
      let parsed = PrivateKeyFile.parse(bytes)
      if case .publicHalf(let key) = parsed { return await publicHalf(key, path) }
      if let permissions, permissions.owner == getuid(), permissions.mode & 0o077 != 0 {
        let mode = String(permissions.mode, radix: 8)
        return unreadable(path, "others may read it (mode \(mode)); chmod 600 it")
      }
      switch parsed {
      case .unusable(let why): return unreadable(path, why)
      case .publicHalf(let key): return await publicHalf(key, path)
      case .local(let local):
        guard let key = local.publicKey else { return unreadable(path, "it has no public half") }
        return .success(AuthenticationKey(publicKey: key, signer: .local(local)))
      case .forAgent(let key, let isEncrypted):
        let previous = lastAddition
        let task = Task { () -> Result<AuthenticationKey, SSHError> in
          _ = await previous?.value
          return await self.addToPrivateAgent(path, key, isEncrypted: isEncrypted)
        }
        lastAddition = task
        return await task.value
      }
    }
  }

  /// A `.pub` file stands for the private half that an agent holds.
  private func publicHalf(_ key: PublicKey, _ path: String) async -> Result<AuthenticationKey, SSHError> {
    do throws(SSHError) {
      let socket = try agentPath(nil, host: "-")
      guard try await agentKeys(socket, host: "-").contains(where: { $0.publicKey == key }) else {
        return unreadable(path, "it is a public key, and the ssh-agent does not hold its private half")
      }
      return .success(AuthenticationKey(publicKey: key, signer: .agent(socketPath: socket)))
    } catch {
      return .failure(error)
    }
  }

  private func unreadable(_ path: String, _ why: String, cause: String? = nil) -> Result<AuthenticationKey, SSHError> {
    .failure(SSHError(.keyUnreadable, host: "-", "the key \(path) cannot be used: \(why)", cause: cause))
  }

  // MARK: The private agent

  private func addToPrivateAgent(
    _ path: String, _ known: PublicKey?, isEncrypted: Bool
  ) async -> Result<AuthenticationKey, SSHError> {
    let agent: PrivateAgent
    switch await runningAgent() {
    case .success(let running): agent = running
    case .failure(let error): return .failure(error)
    }
    let options = options
    let added = await loop.blocking(on: calls, until: .now + .seconds(360)) { () -> Result<Void, SSHError> in
      switch Self.passphrase(isEncrypted: isEncrypted, options: options, path: path) {
      case .success(let passphrase): agent.add(path, passphrase: passphrase)
      case .failure(let error): .failure(error)
      }
    }
    switch added {
    case nil: return unreadable(path, "loading it did not end in time")
    case .failure(let error): return .failure(error)
    case .success: break
    }
    do throws(SSHError) {
      let client = SSHAgentClient(socketPath: agent.socketPath, loop: loop, host: "-")
      // ssh-add names keys that carry no comment after their file.
      let identity = try await client.identities().last { $0.key == known || (known == nil && $0.comment == path) }
      guard let key = identity?.key else { return unreadable(path, "the private ssh-agent did not keep it") }
      guard AuthenticationKey.usableTypes.contains(key.type) else {
        return unreadable(path, "keys of type \(key.type) cannot be used")
      }
      return .success(AuthenticationKey(publicKey: key, signer: .agent(socketPath: agent.socketPath)))
    } catch {
      return .failure(error)
    }
  }

  private func runningAgent() async -> Result<PrivateAgent, SSHError> {
    // Additions come one after the other, so no second agent can start meanwhile.
    if let agent { return .success(agent) }
    let result = await loop.blocking(on: calls, until: .now + .seconds(15)) { PrivateAgent.start() }
    guard let result else {
      return .failure(SSHError(.agentUnavailable, host: "-", "the private ssh-agent did not start in time"))
    }
    if case .success(let started) = result { agent = started }
    return result
  }

  /// Blocks.
  private static func passphrase(
    isEncrypted: Bool, options: SSHClient.Options, path: String
  ) -> Result<PrivateAgent.Passphrase, SSHError> {
    func unusable(_ why: String) -> Result<PrivateAgent.Passphrase, SSHError> {
      .failure(SSHError(.keyUnreadable, host: "-", "the key \(path) needs a passphrase: \(why)"))
    }
    guard isEncrypted else { return .success(.none) }
    if let file = options.passphraseFile {
      guard let permissions = FileContent.permissions(file) else { return unusable("\(file) does not exist") }
      guard permissions.mode & 0o077 == 0 else { return unusable("others may read \(file); chmod 600 it") }
      return .success(.file(file))
    }
    guard options.mayPrompt else { return unusable("set \(SSHClient.Options.passphraseVariable)") }
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else {
      return unusable("there is no terminal to ask on, and \(SSHClient.Options.passphraseVariable) is not set")
    }
    close(terminal)
    return .success(.terminal)
  }
}
