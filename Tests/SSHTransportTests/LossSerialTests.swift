import Foundation
import Glibc
import SSHTransport
import Testing

/// Hosts that are not there, vanish, or never say a word.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LossSerialTests {
  private func connect(port: Int, timeout: Duration = .seconds(1), host: String = "127.0.0.1") async throws -> SSHError?
  {
    try await withClient { client in
      let configuration = SSHConfiguration(
        endpoint: SSHEndpoint(host: host, port: port, user: "nobody"), identity: .file(try TestKeys.ed25519().path),
        knownHostsFiles: [], connectTimeout: timeout)
      return await failure { try await client.connect(configuration) }
    }
  }

  @Test func refusedPorts() async throws {
    let error = try await connect(port: Peer.freePort("127.0.0.1"))
    #expect(error?.kind == .unreachable)
    #expect(error?.cause?.contains("111") == true)
  }

  @Test func unknownNames() async throws {
    #expect(try await connect(port: 22, timeout: .seconds(30), host: "no-such-host.invalid")?.kind == .unreachable)
    #expect(try await connect(port: 0)?.kind == .invalidRequest)
  }

  @Test func silentBanners() async throws {
    let server = try FakeServer { _ in }
    let error = try await connect(port: server.port)
    #expect(error?.kind == .unreachable)
    #expect(error?.text.contains("no SSH banner") == true)
  }

  @Test(arguments: ["", "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-1.5-old\r\n", "\0\0\0\0"])
  func closedDoors(_ words: String) async throws {
    let server = try FakeServer { descriptor in
      _ = send(descriptor, words, words.utf8.count, Int32(MSG_NOSIGNAL))
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
    let error = try await connect(port: server.port)
    #expect(error?.kind == .unreachable || error?.kind == .connectionLost || error?.kind == .protocolError)
    if !words.hasPrefix("SSH") { #expect(error?.kind == .unreachable) }
  }

  @Test func keyExchangesThatStop() async throws {
    let server = try FakeServer { descriptor in
      let banner = "SSH-2.0-mute\r\n"
      _ = send(descriptor, banner, banner.utf8.count, Int32(MSG_NOSIGNAL))
    }
    let error = try await connect(port: server.port)
    #expect(error?.kind == .timedOut)
  }

  @Test func connectionsCanBeCancelled() async throws {
    let server = try FakeServer { _ in }
    let task = Task { try await connect(port: server.port, timeout: .seconds(100)) }
    try await eventually("it connects") { server.accepted > 0 }
    task.cancel()
    #expect(try await task.value?.kind == .cancelled)
  }

  private func throughRelay(
    _ relay: Relay, _ server: SSHServer, keepalive: Duration = .seconds(60)
  ) throws -> SSHConfiguration {
    var configuration = try server.configuration(
      knownHosts: ["[127.0.0.1]:\(relay.port) \(server.hostKeys[0].publicLine)"])
    configuration.endpoint.port = relay.port
    configuration.keepaliveInterval = keepalive
    return configuration
  }

  /// A host that vanishes in mid-command is noticed by its silence.
  @Test func vanishedHostsAreNoticed() async throws {
    let server = try SSHServer()
    let relay = try Relay(to: server.port)
    try await withClient { client in
      let connection = try await client.connect(throughRelay(relay, server, keepalive: .seconds(1)))
      let mark = server.folder.path + "/started"
      async let lost = failure {
        try await connection.run(server.endless(mark), deadline: .seconds(90), outputLimit: 10)
      }
      try await eventually("the command starts") { FileManager.default.fileExists(atPath: mark) }
      relay.freeze()
      #expect(await lost?.kind == .connectionLost)
      #expect(await !connection.isUsable)
    }
  }

  /// Silence alone is no loss: keepalives are answered.
  @Test func silentCommandsAreNotLost() async throws {
    let server = try SSHServer()
    try await withClient { client in
      var configuration = try server.configuration()
      configuration.keepaliveInterval = .milliseconds(1)
      let connection = try await client.connect(configuration)
      let result = try await connection.run("sleep 7; echo on", deadline: .seconds(60), outputLimit: 10)
      #expect(result.output == "on\n")
      let again = try await connection.run("echo on", deadline: .seconds(60), outputLimit: 10)
      #expect(again.output == "on\n")
    }
  }

  /// On a vanished host every operation ends at its deadline, and closing does not wait at all.
  @Test func vanishedHostsAndDeadlines() async throws {
    let server = try SSHServer()
    let relay = try Relay(to: server.port)
    try await withClient { client in
      let configuration = try throughRelay(relay, server)
      let command = try await client.connect(configuration)
      let upload = try await client.connect(configuration)
      let idle = try await client.connect(configuration)
      relay.freeze()
      let commandError = await failure { try await command.run("echo", deadline: .milliseconds(300), outputLimit: 10) }
      #expect(commandError?.kind == .timedOut)
      let bytes = [UInt8](repeating: 1, count: 20_000_000)
      let uploadError = await failure {
        try await upload.upload(bytes, to: "/dev/null", mode: 0o666, deadline: .milliseconds(300))
      }
      #expect(uploadError?.kind == .timedOut)
      await idle.close()
      await command.close()
      var again = configuration
      again.connectTimeout = .seconds(1)
      let settled = again
      #expect(await failure { try await client.connect(settled) }?.kind == .unreachable)
    }
  }

  @Test func killedServersAreALoss() async throws {
    let server = try SSHServer()
    try await withClient { client in
      for script in ["kill -9 $PPID; sleep 5", "echo begun; kill -9 $PPID; sleep 5"] {
        let connection = try await client.connect(server.configuration())
        let error = await failure { try await connection.run(script, deadline: .seconds(60), outputLimit: 100) }
        #expect(error?.kind == .connectionLost)
      }
    }
  }

  /// A client that is shut down ends what is under way, and makes no more.
  @Test func shutDownClients() async throws {
    let server = try SSHServer()
    let client = try SSHClient(.init())
    let connection = try await client.connect(server.configuration())
    let mark = server.folder.path + "/started"
    async let lost = failure {
      try await connection.run(server.endless(mark), deadline: .seconds(90), outputLimit: 10)
    }
    try await eventually("the command starts") { FileManager.default.fileExists(atPath: mark) }
    await client.shutdown()
    #expect(await lost?.kind == .connectionLost)
    #expect(await failure { try await client.connect(server.configuration()) }?.kind == .connectionLost)
    await client.shutdown()
  }

  /// Connections that nobody closes are closed when the last reference goes.
  @Test func droppedConnectionsEnd() async throws {
    let server = try SSHServer()
    try await withClient { client in
      do {
        let connection = try await client.connect(server.configuration())
        _ = try await connection.run("echo", deadline: .seconds(20), outputLimit: 10)
      }
      try await eventually("the server sees the end") { server.sawTheEnd }
    }
  }
}
