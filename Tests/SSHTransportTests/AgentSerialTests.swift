import Foundation
import Glibc
import SSHTransport
import Synchronization
import Testing

/// Keys in agents: real ones, and ones that hang, close, refuse or talk nonsense.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AgentSerialTests {
  private struct Agent {
    var folder: TemporaryFolder
    var daemon: Daemon
    var socket: String { folder.path + "/agent" }

    init(_ pairs: [TestKeys.Pair]) throws {
      let folder = try TemporaryFolder()
      daemon = try Daemon("exec ssh-agent -D -a \(folder.path)/agent")
      self.folder = folder
      try blockUntil("the agent answers") { Peer.answers(unixSocket: folder.path + "/agent") }
      for pair in pairs { try Command.run(["ssh-add", "-q", pair.path], environment: ["SSH_AUTH_SOCK": socket]) }
    }
  }

  private func connect(_ server: SSHServer, _ socket: String) async throws -> SSHError? {
    try await withClient { client in
      await failure {
        let connection = try await client.connect(server.configuration(identity: .agent(socketPath: socket)))
        #expect(try await connection.run("echo on", deadline: .seconds(20), outputLimit: 10).output == "on\n")
      }
    }
  }

  @Test(arguments: [
    ("ed25519", ["-t", "ed25519"]), ("p256", ["-t", "ecdsa"]), ("p521", ["-t", "ecdsa", "-b", "521"]),
    ("rsa", ["-t", "rsa", "-b", "2048"]),
  ])
  func everyKind(_ name: String, _ arguments: [String]) async throws {
    let pair = try TestKeys.pair("agent-\(name)", arguments)
    let server = try SSHServer(keys: [pair])
    let agent = try Agent([pair])
    defer { agent.daemon.stop() }
    #expect(try await connect(server, agent.socket) == nil)
  }

  /// Wrong keys cost a refusal once, not for every host.
  @Test func theRightKeyIsRemembered() async throws {
    let wrong = try (0..<3).map { try TestKeys.ed25519("wrong-\($0)") }
    let right = try TestKeys.ed25519()
    let server = try SSHServer()
    let agent = try Agent(wrong + [right])
    defer { agent.daemon.stop() }
    func refusals() -> Int { server.log.components(separatedBy: "Failed publickey").count - 1 }
    try await withClient { client in
      let configuration = try server.configuration(identity: .agent(socketPath: agent.socket))
      _ = try await client.connect(configuration)
      let first = refusals()
      #expect(first == 3)
      _ = try await client.connect(configuration)
      #expect(refusals() == first)
    }
  }

  @Test func tooManyKeysAreNotAllTried() async throws {
    let wrong = try (0..<6).map { try TestKeys.ed25519("wrong-\($0)") }
    let server = try SSHServer()
    let agent = try Agent(wrong + [TestKeys.ed25519()])
    defer { agent.daemon.stop() }
    let error = try await connect(server, agent.socket)
    #expect(error?.kind == .authenticationRefused)
    #expect(error?.text.contains("2 more keys were not tried") == true)
  }

  @Test func emptyAndAbsentAgents() async throws {
    let server = try SSHServer()
    let agent = try Agent([])
    #expect(try await connect(server, agent.socket)?.kind == .authenticationRefused)
    agent.daemon.stop()
    try await eventually("the socket is gone") { !FileManager.default.fileExists(atPath: agent.socket) }
    #expect(try await connect(server, agent.socket)?.kind == .agentUnavailable)
    #expect(try await connect(server, "/" + String(repeating: "x", count: 200))?.kind == .agentUnavailable)
  }

  /// Behaviours of broken agents, by the message they get.
  enum Fault: String, CaseIterable, Sendable {
    case hangs, closes, hangsAtSigning, closesAtSigning, refusesToSign, wrongSignature, nonsense, hugeLength, cutOff
  }

  private static func read(_ descriptor: Int32) -> [UInt8]? {
    var header = [UInt8](repeating: 0, count: 4)
    guard recv(descriptor, &header, 4, Int32(MSG_WAITALL)) == 4 else { return nil }
    var body = [UInt8](repeating: 0, count: Int(header[2]) << 8 | Int(header[3]))
    guard recv(descriptor, &body, body.count, Int32(MSG_WAITALL)) == body.count else { return nil }
    return body
  }

  private static func string(_ bytes: [UInt8]) -> [UInt8] {
    [0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
  }

  private static func serve(_ fault: Fault, _ blob: [UInt8]) -> @Sendable (Int32) -> Void {
    { descriptor in
      func say(_ bytes: [UInt8]) { _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
      guard let request = read(descriptor) else { return }
      if fault == .hangs { return }
      if fault == .closes { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
      if fault == .hugeLength { return say([0xff, 0xff, 0xff, 0xff, 12]) }
      if fault == .nonsense { return say(string([99, 1, 2, 3])) }
      if request[0] == 11 { return say(string([12, 0, 0, 0, 1] + string(blob) + string(Array("key".utf8)))) }
      switch fault {
      case .refusesToSign: say(string([5]))
      case .closesAtSigning: _ = shutdown(descriptor, Int32(SHUT_RDWR))
      case .wrongSignature:
        say(string([14] + string(string(Array("ssh-ed25519".utf8)) + string([UInt8](repeating: 7, count: 64)))))
      case .cutOff: say(string([14, 0, 0, 0, 200, 1]))
      case .hangs, .closes, .hangsAtSigning, .nonsense, .hugeLength: break
      }
    }
  }

  /// The loop serves others meanwhile, and the fault ends in an error of its own.
  @Test(arguments: Fault.allCases)
  func brokenAgents(_ fault: Fault) async throws {
    let pair = try TestKeys.ed25519()
    let blob = [UInt8](try #require(Data(base64Encoded: pair.publicKey.base64)))
    let folder = try TemporaryFolder()
    let agent = try FakeServer(unixSocket: folder.path + "/agent", serve: Self.serve(fault, blob))
    let server = try SSHServer()
    try await withClient { client in
      let healthy = try await client.connect(server.configuration())
      let isOver = Mutex(false)
      let broken = Task {
        let error = await failure {
          try await client.connect(server.configuration(identity: .agent(socketPath: folder.path + "/agent")))
        }
        isOver.withLock { $0 = true }
        return error
      }
      if fault == .hangs || fault == .hangsAtSigning {
        try await eventually("the agent is asked") { agent.accepted >= (fault == .hangs ? 1 : 2) }
        #expect(try await healthy.run("echo on", deadline: .seconds(20), outputLimit: 10).output == "on\n")
        #expect(!isOver.withLock { $0 }, "the loop served another connection while the agent hung")
      }
      let expected: SSHError.Kind = fault == .wrongSignature ? .authenticationRefused : .agentUnavailable
      #expect(await broken.value?.kind == expected)
      #expect(try await healthy.run("echo on", deadline: .seconds(20), outputLimit: 10).output == "on\n")
    }
    withExtendedLifetime(agent) {}
  }

  @Test func cancelledWhileTheAgentHangs() async throws {
    let folder = try TemporaryFolder()
    let agent = try FakeServer(unixSocket: folder.path + "/agent", serve: Self.serve(.hangs, []))
    let server = try SSHServer()
    try await withClient { client in
      let task = Task {
        await failure {
          try await client.connect(server.configuration(identity: .agent(socketPath: folder.path + "/agent")))
        }
      }
      try await eventually("the agent is asked") { agent.accepted >= 1 }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
    }
    withExtendedLifetime(agent) {}
  }
}
