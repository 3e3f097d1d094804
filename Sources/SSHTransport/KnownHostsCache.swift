import Glibc

/// Reads known_hosts files once, and again when they have changed.
actor KnownHostsCache {
  /// Files are looked at again after this long: a person who just added a key tries again at once.
  private static let trust = Duration.seconds(2)
  /// Reading a file, even over a network file system.
  private static let readingTime = Duration.seconds(10)
  /// A known_hosts file of 100,000 hosts has some 20 MB.
  private static let sizeLimit = 64 * 1024 * 1024

  nonisolated let loop: SSHLoop
  nonisolated let calls: BlockingCalls
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private struct Cached {
    var versions: [FileContent.Version?]
    var known: KnownHosts
    var checked: MonotonicTime
  }

  private var cache: [[String]: Cached] = [:]
  private var reading: [[String]: Task<Result<KnownHosts, SSHError>, Never>] = [:]

  init(loop: SSHLoop, calls: BlockingCalls) {
    self.loop = loop
    self.calls = calls
  }

  /// What is on file about `endpoint`.
  ///
  /// - Throws: `hostKeyUnknown` if a file exists but cannot be read.
  func record(of endpoint: SSHEndpoint, in files: [String]) async throws(SSHError) -> HostKeyRecord {
    let known = try await knownHosts(files, for: endpoint.host)
    guard known.hasHashedNames else { return known.record(of: endpoint) }
    // Thousands of hashes take milliseconds: not on the loop.
    guard let record = await loop.blocking(on: calls, until: .now + Self.readingTime, { known.record(of: endpoint) })
    else { throw interrupted(endpoint.host) }
    return record
  }

  func problems(in files: [String]) async throws(SSHError) -> [KnownHostsProblem] {
    try await knownHosts(files, for: "-").problems
  }

  private func knownHosts(_ files: [String], for host: String) async throws(SSHError) -> KnownHosts {
    if let cached = cache[files], MonotonicTime.now < cached.checked + Self.trust { return cached.known }
    // Many connections start at once; one of them reads.
    let task = reading[files] ?? Task { await self.read(files) }
    reading[files] = task
    switch await task.value {
    case .success(let known): return known
    case .failure(var error):
      error.host = host
      throw error
    }
  }

  private func read(_ files: [String]) async -> Result<KnownHosts, SSHError> {
    defer { reading[files] = nil }
    let old = cache[files]
    let result = await loop.blocking(on: calls, until: .now + Self.readingTime) { () -> Result<Cached, SSHError> in
      do throws(SSHError) { return .success(try Self.load(files, old)) } catch { return .failure(error) }
    }
    switch result {
    case .success(let fresh):
      cache[files] = fresh
      return .success(fresh.known)
    case .failure(let error): return .failure(error)
    case nil: return .failure(interrupted("-"))
    }
  }

  private func interrupted(_ host: String) -> SSHError {
    if Task.isCancelled { return SSHError(.cancelled, host: host, "cancelled while reading known_hosts") }
    return SSHError(.timedOut, host: host, "reading known_hosts did not end in time")
  }

  private static func load(_ files: [String], _ old: Cached?) throws(SSHError) -> Cached {
    let versions = files.map { FileContent.Version(path: $0) }
    if var old, old.versions == versions {
      old.checked = .now
      return old
    }
    var entries: [KnownHostsEntry] = []
    var problems: [KnownHostsProblem] = []
    var missing: [String] = []
    for file in files {
      switch FileContent.read(file, limit: sizeLimit) {
      case .content(let bytes):
        let parsed = KnownHostsFile.parse(bytes, file: file)
        entries += parsed.entries
        problems += parsed.problems
      case .failure(let code) where code == ENOENT: missing.append(file)
      case .failure(let code):
        throw SSHError(.hostKeyUnknown, host: "-", "\(file) cannot be read", cause: SystemCall.text(code))
      }
    }
    return Cached(
      versions: versions, known: KnownHosts(entries: entries, problems: problems, missingFiles: missing), checked: .now)
  }
}
