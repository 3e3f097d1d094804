import Foundation
import Glibc
import SSHTransport
import Testing

/// A real sshd on a loopback address, with its own keys and configuration.
final class SSHServer: Sendable {
  let folder: TemporaryFolder
  let address: String
  let port: Int
  let hostKeys: [TestKeys.Pair]
  private let daemon: Daemon

  static let user = NSUserName()

  /// - Parameters:
  ///   - hostKeys: names of key types for ssh-keygen.
  ///   - keys: what authorized_keys holds.
  ///   - lines: put before the default configuration, so that they win.
  init(
    address: String = "127.0.0.1", hostKeys types: [String] = ["ed25519"], keys: [TestKeys.Pair]? = nil,
    _ lines: [String] = [], hasSFTP: Bool = true
  ) throws {
    folder = try TemporaryFolder()
    self.address = address
    hostKeys = try types.map { try TestKeys.pair("host-\($0)", ["-t", $0]) }
    let authorized = try (keys ?? [TestKeys.ed25519()]).map(\.publicLine).joined(separator: "\n") + "\n"
    try folder.write("authorized_keys", authorized)
    try FileManager.default.createDirectory(atPath: folder.path + "/home", withIntermediateDirectories: true)
    if getuid() == 0 { try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true) }
    let fixed =
      lines + hostKeys.map { "HostKey \($0.path)" } + [
        "ListenAddress \(address)", "AuthorizedKeysFile \(folder.path)/authorized_keys",
        "PidFile none", "UsePAM no", "StrictModes no", "PermitRootLogin yes", "UseDNS no", "MaxStartups 1000",
        "PasswordAuthentication no", "KbdInteractiveAuthentication no",
        "SetEnv HOME=\(folder.path)/home", "LogLevel VERBOSE",
      ] + (hasSFTP ? ["Subsystem sftp internal-sftp"] : [])
    (daemon, port) = try Self.start(address, fixed, folder)
  }

  /// A free port may be taken before sshd binds it, so another one is tried then.
  private static func start(_ address: String, _ lines: [String], _ folder: TemporaryFolder) throws -> (Daemon, Int) {
    for _ in 1...5 {
      let port = try Peer.freePort(address)
      try folder.write("sshd_config", (lines + ["Port \(port)"]).joined(separator: "\n") + "\n")
      try folder.write("log", "")
      let daemon = try Daemon("exec /usr/sbin/sshd -D -f \(folder.path)/sshd_config -E \(folder.path)/log")
      var isRefused = false
      try blockUntil("sshd answers", within: 60) {
        isRefused = Self.read(folder).contains("Cannot bind any address")
        return isRefused || Peer.answers(address, port)
      }
      if !isRefused { return (daemon, port) }
      daemon.stop()
    }
    throw Command.Failure(text: "no free port at \(address): \(Self.read(folder))")
  }

  private static func read(_ folder: TemporaryFolder) -> String {
    (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
  }

  deinit { daemon.stop() }

  var log: String { Self.read(folder) }

  /// A script that makes the file `mark` and goes on for as long as the server's folder exists.
  func endless(_ mark: String? = nil) -> String {
    "touch \(mark ?? folder.path + "/mark"); while test -e \(folder.path)/log; do sleep 0.3; done"
  }

  /// Whether a connection that had logged in has ended.
  var sawTheEnd: Bool {
    let text = log
    guard let login = text.range(of: "Accepted publickey") else { return false }
    return ["Connection closed by", "Received disconnect", "Connection reset"].contains {
      text[login.upperBound...].contains($0)
    }
  }

  func stop() { daemon.stop() }

  var endpoint: SSHEndpoint { SSHEndpoint(host: address, port: port, user: Self.user) }

  /// `[address]:port`, the name known_hosts has for it.
  var knownName: String { "[\(address)]:\(port)" }

  /// Writes a known_hosts file with `lines`; by default the right keys of this server.
  func knownHosts(_ lines: [String]? = nil) throws -> String {
    let lines = lines ?? hostKeys.map { "\(knownName) \($0.publicLine)" }
    return try folder.write("known_hosts-\(UUID().uuidString)", lines.joined(separator: "\n") + "\n")
  }

  /// A configuration that works.
  func configuration(
    identity: SSHIdentity? = nil, knownHosts lines: [String]? = nil, timeout: Duration = .seconds(20)
  ) throws -> SSHConfiguration {
    SSHConfiguration(
      endpoint: endpoint, identity: try identity ?? .file(TestKeys.ed25519().path),
      knownHostsFiles: [try knownHosts(lines)], connectTimeout: timeout)
  }
}

/// Makes a client for one test and shuts it down after it.
func withClient<Result>(
  _ options: SSHClient.Options = .init(), _ body: (SSHClient) async throws -> Result
) async throws -> Result {
  let client = try SSHClient(options)
  do {
    let result = try await body(client)
    await client.shutdown()
    return result
  } catch {
    await client.shutdown()
    throw error
  }
}

extension SSHResult {
  var output: String { String(decoding: stdout, as: UTF8.self) }
  var errors: String { String(decoding: stderr, as: UTF8.self) }
}

/// The error `body` throws; nil if it throws none.
func failure<Result>(_ body: () async throws -> Result) async -> SSHError? {
  do {
    _ = try await body()
    return nil
  } catch {
    if !(error is SSHError) { Issue.record(error) }
    return error as? SSHError
  }
}
