import Foundation
import SSHTransport
import Testing

/// Host keys are always checked, and every way to be wrong has its own kind.
@Suite(.serialized) struct HostKeySerialTests {
  private func outcome(_ server: SSHServer, _ lines: [String], second: String? = nil) async throws -> SSHError? {
    try await withClient { client in
      var configuration = try server.configuration(knownHosts: lines)
      configuration.endpoint.knownHostsName = second
      return await failure {
        let connection = try await client.connect(configuration)
        let result = try await connection.run("echo on", deadline: .seconds(20), outputLimit: 10)
        #expect(result.output == "on\n")
        await connection.close()
      }
    }
  }

  @Test func knownAndUnknown() async throws {
    let server = try SSHServer()
    let key = server.hostKeys[0].publicLine
    let other = try TestKeys.ed25519("other").publicLine
    #expect(try await outcome(server, ["\(server.knownName) \(key)"]) == nil)
    let unknown = try await outcome(server, ["[127.0.0.2]:\(server.port) \(key)"])
    #expect(unknown?.kind == .hostKeyUnknown)
    #expect(
      unknown?.found == PublicKey(base64: server.hostKeys[0].publicKey.base64).map { "ssh-ed25519 \($0.fingerprint)" })
    // A key for the plain name says nothing about another port.
    #expect(try await outcome(server, ["127.0.0.1 \(key)"])?.kind == .hostKeyUnknown)
    let changed = try await outcome(server, ["\(server.knownName) \(other)"])
    #expect(changed?.kind == .hostKeyMismatch)
    #expect(changed?.expected?.contains("SHA256:") == true)
    let revoked = try await outcome(server, ["\(server.knownName) \(key)", "@revoked * \(key)"])
    #expect(revoked?.kind == .hostKeyRevoked)
    #expect(try await outcome(server, ["@cert-authority * \(key)"])?.kind == .hostKeyUnknown)
    #expect(try await outcome(server, ["garbage", "[127.0.0.?]:* \(key)"]) == nil)
    #expect(try await outcome(server, ["[sev-a]:\(server.port) \(key)"], second: "sev-a") == nil)
  }

  @Test func hashedFiles() async throws {
    let server = try SSHServer()
    let file = try server.knownHosts()
    try Command.run(["ssh-keygen", "-q", "-H", "-f", file])
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("|1|"))
    #expect(try await outcome(server, lines) == nil)
  }

  @Test func missingFilesCountAsEmpty() async throws {
    let server = try SSHServer()
    try await withClient { client in
      var configuration = try server.configuration()
      configuration.knownHostsFiles.insert(server.folder.path + "/absent", at: 0)
      try await client.connect(configuration).close()
      configuration.knownHostsFiles = [server.folder.path + "/absent"]
      let error = await failure { try await client.connect(configuration) }
      #expect(error?.kind == .hostKeyUnknown)
      #expect(error?.cause?.contains("absent does not exist") == true)
      configuration.knownHostsFiles = [server.folder.path]
      #expect(await failure { try await client.connect(configuration) }?.kind == .hostKeyUnknown)
    }
  }

  @Test func badLinesAreReported() async throws {
    let server = try SSHServer()
    let file = try server.knownHosts(["what", "\(server.knownName) \(server.hostKeys[0].publicLine)"])
    try await withClient { client in
      let problems = try await client.knownHostsProblems(in: [file])
      #expect(problems.map(\.line) == [1])
    }
  }

  /// The type on file is asked for, whatever the server would rather show.
  @Test(arguments: ["ed25519", "ecdsa"])
  func theKeyOnFileIsAskedFor(_ type: String) async throws {
    let server = try SSHServer(hostKeys: ["ecdsa", "ed25519", "rsa"])
    let index = type == "ecdsa" ? 0 : 1
    #expect(try await outcome(server, ["\(server.knownName) \(server.hostKeys[index].publicLine)"]) == nil)
  }

  @Test func lostKeyTypesAreMismatches() async throws {
    let server = try SSHServer(hostKeys: ["ecdsa"])
    let error = try await outcome(server, ["\(server.knownName) \(TestKeys.ed25519("other").publicLine)"])
    #expect(error?.kind == .hostKeyMismatch)
    #expect(error?.expected == "ssh-ed25519")
    #expect(error?.found?.contains("ecdsa-sha2-nistp256") == true)
  }

  /// A file that changes under us counts from the next look on.
  @Test func addedKeysAreSeen() async throws {
    let server = try SSHServer()
    let file = try server.knownHosts(["# empty"])
    try await withClient { client in
      var configuration = try server.configuration()
      configuration.knownHostsFiles = [file]
      #expect(await failure { try await client.connect(configuration) }?.kind == .hostKeyUnknown)
      try server.folder.write(
        file.split(separator: "/").last.map(String.init) ?? "", "\(server.knownName) \(server.hostKeys[0].publicLine)\n"
      )
      let settled = configuration
      var last: SSHError? = SSHError(.hostKeyUnknown, host: "", "")
      let end = ContinuousClock.now + .seconds(20)
      while last?.kind == .hostKeyUnknown, ContinuousClock.now < end {
        last = await failure { await (try client.connect(settled)).close() }
      }
      #expect(last == nil)
    }
  }

  /// What libssh2 cannot talk to is explained: class, offer, cure.
  @Test(arguments: [
    (["rsa"], [String](), "host key", "ssh-keygen -A"),
    (["ed25519"], ["Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"], "cipher", "Ciphers"),
    (["ed25519"], ["MACs hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com"], "MAC", "MACs"),
    (["ed25519"], ["KexAlgorithms sntrup761x25519-sha512@openssh.com"], "key exchange", "KexAlgorithms"),
  ])
  func noCommonAlgorithm(_ keys: [String], _ lines: [String], _ class: String, _ cure: String) async throws {
    let server = try SSHServer(hostKeys: keys, lines)
    let error = try await outcome(server, ["\(server.knownName) \(server.hostKeys[0].publicLine)"])
    // A libssh2 that can (1.11) is no fault.
    guard let error else { return }
    #expect(error.kind == .noAlgorithm)
    #expect(error.text.contains(`class`))
    #expect(error.text.contains(cure))
    #expect(error.found?.contains("SSH-2.0-OpenSSH") == true)
    #expect(error.expected?.isEmpty == false)
  }

  @Test func rsaOnFileWhereOthersExist() async throws {
    let server = try SSHServer(hostKeys: ["rsa", "ed25519"])
    let error = try await outcome(server, ["\(server.knownName) \(server.hostKeys[0].publicLine)"])
    guard let error else { return }
    #expect(error.kind == .noAlgorithm)
    #expect(error.text.contains("ssh-ed25519"))
  }
}
