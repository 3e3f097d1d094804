import Foundation
import SSHTransport
import Testing

/// Hosts behind one jump host.
@Suite(.serialized, .timeLimit(.minutes(3))) struct JumpSerialTests {
  private func configuration(_ target: SSHServer, via jump: SSHServer) throws -> SSHConfiguration {
    var configuration = try target.configuration(
      knownHosts: [target, jump].flatMap { server in
        server.hostKeys.map { "\(server.knownName) \($0.publicLine)" }
      })
    configuration.jump = jump.endpoint
    return configuration
  }

  @Test func commandsAndFiles() async throws {
    let jump = try SSHServer(address: "127.0.0.1")
    let target = try SSHServer(address: "127.0.0.2")
    try await withClient { client in
      let connection = try await client.connect(configuration(target, via: jump))
      let result = try await connection.run("echo $SSH_CONNECTION", deadline: .seconds(20), outputLimit: 100)
      #expect(result.output.contains(" 127.0.0.2 \(target.port)"))
      let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 9) }
      let path = target.folder.path + "/big"
      try await connection.upload(bytes, to: path, mode: 0o600, deadline: .seconds(60))
      #expect(try await connection.download(path, limit: bytes.count, deadline: .seconds(60)) == bytes)
      let both = try await connection.run("cat", input: bytes, deadline: .seconds(60), outputLimit: bytes.count)
      #expect(both.stdout == bytes)
      await connection.close()
      try await eventually("both servers see the end") {
        jump.sawTheEnd && target.sawTheEnd
      }
    }
  }

  @Test func manyAtOnce() async throws {
    // A jump host with sshd's own limit: more than ten logins at a time are turned away at random.
    let jump = try SSHServer(address: "127.0.0.1", ["MaxStartups 10:100:10"])
    let target = try SSHServer(address: "127.0.0.2")
    try await withClient { client in
      let configuration = try configuration(target, via: jump)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<24 {
          group.addTask {
            let connection = try await client.connect(configuration)
            let result = try await connection.run("echo \(number)", deadline: .seconds(60), outputLimit: 10)
            #expect(result.output == "\(number)\n")
            await connection.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func bothEndsAreChecked() async throws {
    let jump = try SSHServer(address: "127.0.0.1")
    let target = try SSHServer(address: "127.0.0.2", hostKeys: ["ecdsa"])
    let wrong = try TestKeys.ed25519("other").publicLine
    try await withClient { client in
      var base = try configuration(target, via: jump)
      base.knownHostsFiles = [try target.knownHosts(["\(target.knownName) \(target.hostKeys[0].publicLine)"])]
      let first = base
      let unknownJump = await failure { try await client.connect(first) }
      #expect(unknownJump?.kind == .hostKeyUnknown)
      #expect(unknownJump?.host == "127.0.0.1")
      base.knownHostsFiles = [
        try target.knownHosts(["\(target.knownName) \(wrong)", "\(jump.knownName) \(jump.hostKeys[0].publicLine)"])
      ]
      let second = base
      let wrongTarget = await failure { try await client.connect(second) }
      #expect(wrongTarget?.kind == .hostKeyMismatch)
      #expect(wrongTarget?.host == "127.0.0.2")
    }
  }

  @Test func unreachableTargets() async throws {
    let jump = try SSHServer(address: "127.0.0.1")
    let target = try SSHServer(address: "127.0.0.2")
    let closed = try SSHServer(address: "127.0.0.1", ["AllowTcpForwarding no"])
    let settled = try configuration(target, via: closed)
    let open = try configuration(target, via: jump)
    target.stop()
    try await withClient { client in
      let forbidden = await failure { try await client.connect(settled) }
      #expect(forbidden?.kind == .unreachable)
      #expect(forbidden?.host == "127.0.0.2")
      let gone = await failure { try await client.connect(open) }
      #expect(gone?.kind == .unreachable)
      jump.stop()
      let nobody = await failure { try await client.connect(open) }
      #expect(nobody?.kind == .unreachable)
      #expect(nobody?.host == "127.0.0.1")
    }
  }

  @Test func algorithmsAreExplainedThroughTheJump() async throws {
    let jump = try SSHServer(address: "127.0.0.1")
    let target = try SSHServer(address: "127.0.0.2", ["MACs hmac-sha2-256-etm@openssh.com"])
    try await withClient { client in
      let configuration = try configuration(target, via: jump)
      if let error = await failure({ try await client.connect(configuration) }) {
        #expect(error.kind == .noAlgorithm)
        #expect(error.host == "127.0.0.2")
      }
    }
  }

  @Test func vanishedJumpHosts() async throws {
    let jump = try SSHServer(address: "127.0.0.1")
    let target = try SSHServer(address: "127.0.0.2")
    let relay = try Relay(to: jump.port)
    try await withClient { client in
      var configuration = try configuration(target, via: jump)
      configuration.jump?.port = relay.port
      configuration.keepaliveInterval = .seconds(1)
      configuration.knownHostsFiles.append(
        try jump.knownHosts(["[127.0.0.1]:\(relay.port) \(jump.hostKeys[0].publicLine)"]))
      let settled = configuration
      let connection = try await client.connect(settled)
      let mark = target.folder.path + "/started"
      async let lost = failure {
        try await connection.run(target.endless(mark), deadline: .seconds(90), outputLimit: 10)
      }
      try await eventually("the command starts") { FileManager.default.fileExists(atPath: mark) }
      relay.freeze()
      #expect(await lost?.kind == .connectionLost)
      await connection.close()
    }
  }
}
