import Foundation
import Glibc
import SSHTransport
import Testing

/// Every kind of private key file, against a real sshd.
@Suite(.serialized) struct KeySerialTests {
  static let kinds: [(name: String, arguments: [String])] = [
    ("ed25519", ["-t", "ed25519"]), ("p256", ["-t", "ecdsa", "-b", "256"]), ("p384", ["-t", "ecdsa", "-b", "384"]),
    ("p521", ["-t", "ecdsa", "-b", "521"]), ("p256-pem", ["-t", "ecdsa", "-m", "PEM"]),
    ("p384-pkcs8", ["-t", "ecdsa", "-b", "384", "-m", "PKCS8"]), ("rsa", ["-t", "rsa", "-b", "2048"]),
    ("rsa-pem", ["-t", "rsa", "-b", "2048", "-m", "PEM"]), ("rsa-pkcs8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"]),
  ]

  private func login(_ client: SSHClient, _ server: SSHServer, _ identity: SSHIdentity) async throws {
    let connection = try await client.connect(server.configuration(identity: identity))
    #expect(try await connection.run("echo on", deadline: .seconds(20), outputLimit: 10).output == "on\n")
    await connection.close()
  }

  @Test(arguments: kinds)
  func everyKind(_ name: String, _ arguments: [String]) async throws {
    let pair = try TestKeys.pair("kind-\(name)", arguments)
    let server = try SSHServer(keys: [pair])
    try await withClient { client in
      try await login(client, server, .file(pair.path))
      // From the cache too.
      try await login(client, server, .file(pair.path))
      // RSA needs the private agent; the others are signed with here.
      #expect(await (client.privateAgentSocket != nil) == name.hasPrefix("rsa"))
    }
  }

  @Test func ed25519InPKCS8() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/key"
    try Command.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path])
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try Command.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER", "-out", path + ".der"])
    let raw = try #require(FileManager.default.contents(atPath: path + ".der")).suffix(32)
    let name = Array("ssh-ed25519".utf8)
    let blob = Data([0, 0, 0, UInt8(name.count)] + name + [0, 0, 0, 32]) + raw
    let pair = TestKeys.Pair(path: path, publicLine: "ssh-ed25519 \(blob.base64EncodedString())")
    let server = try SSHServer(keys: [pair])
    try await withClient { try await login($0, server, .file(path)) }
  }

  /// Keys with a passphrase are decrypted once, in an agent of our own that goes when the client does.
  @Test(arguments: [
    ("ed25519", ["-t", "ed25519", "-a", "4"]), ("p256", ["-t", "ecdsa"]), ("rsa", ["-t", "rsa", "-b", "2048"]),
    ("p256-pem", ["-t", "ecdsa", "-m", "PEM"]), ("rsa-pkcs8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"]),
  ])
  func passphrases(_ name: String, _ arguments: [String]) async throws {
    let secret = "correct horse 'battery' $taple"
    let pair = try TestKeys.pair("locked-\(name)", arguments, passphrase: secret)
    let server = try SSHServer(keys: [pair])
    let folder = try TemporaryFolder()
    let file = try folder.write("passphrase", secret + "\nanother line\n")
    var socket: String?
    try await withClient(.init(passphraseFile: file)) { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<5 { group.addTask { try await login(client, server, .file(pair.path)) } }
        try await group.waitForAll()
      }
      let path = try #require(await client.privateAgentSocket)
      #expect(FileManager.default.fileExists(atPath: path))
      let mode = try FileManager.default.attributesOfItem(atPath: (path as NSString).deletingLastPathComponent)
      #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o700)
      socket = path
    }
    let folderOfAgent = (try #require(socket) as NSString).deletingLastPathComponent
    try await eventually("the agent's folder is gone") { !FileManager.default.fileExists(atPath: folderOfAgent) }
  }

  /// An agent that was killed is replaced; the connection that found it dead is told.
  @Test func killedPrivateAgentsAreReplaced() async throws {
    let pair = try TestKeys.pair("kind-rsa", ["-t", "rsa", "-b", "2048"])
    let server = try SSHServer(keys: [pair])
    try await withClient { client in
      try await login(client, server, .file(pair.path))
      let socket = try #require(await client.privateAgentSocket)
      try Command.run(["pkill", "-KILL", "-f", "ssh-agent -D -a \(socket)"])
      let error = await failure { try await client.connect(server.configuration(identity: .file(pair.path))) }
      #expect(error?.kind == .agentUnavailable)
      try await login(client, server, .file(pair.path))
      #expect(await client.privateAgentSocket != socket)
    }
  }

  @Test func passphrasesThatFail() async throws {
    let pair = try TestKeys.pair(
      "locked-ed25519", ["-t", "ed25519", "-a", "4"], passphrase: "correct horse 'battery' $taple")
    let server = try SSHServer(keys: [pair])
    let folder = try TemporaryFolder()
    func kind(_ file: String?) async throws -> SSHError? {
      try await withClient(.init(passphraseFile: file)) { client in
        await failure { try await client.connect(server.configuration(identity: .file(pair.path))) }
      }
    }
    let wrong = try await kind(folder.write("wrong", "wrong\n"))
    #expect(wrong?.kind == .keyUnreadable)
    #expect(wrong?.description.contains("wrong\n") == false)
    #expect(try await kind(folder.write("empty", ""))?.kind == .keyUnreadable)
    #expect(try await kind(folder.path + "/absent")?.kind == .keyUnreadable)
    #expect(try await kind(folder.write("open", "x", mode: 0o644))?.kind == .keyUnreadable)
    let none = try await kind(nil)
    #expect(none?.kind == .keyUnreadable)
    #expect(none?.text.contains("SEVFLEET_SSH_PASSPHRASE_FILE") == true)
  }

  @Test func filesThatAreNoUse() async throws {
    let server = try SSHServer()
    let folder = try TemporaryFolder()
    let good = try String(contentsOfFile: TestKeys.ed25519().path, encoding: .utf8)
    let cases = try [
      folder.path + "/absent", folder.path, folder.write("empty", ""), folder.write("garbage", "not a key\n"),
      folder.write("open", good, mode: 0o644), folder.write("cut", String(good.prefix(200)) + "\n"),
      folder.write("broken", good.replacingOccurrences(of: "b3BlbnNzaC1rZXk", with: "b3BlbnNzaC1rZXX")),
      folder.write("dsa", "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n"),
      TestKeys.ed25519("other").path + ".pub",
    ]
    try await withClient { client in
      for path in cases {
        let error = await failure { try await client.connect(server.configuration(identity: .file(path))) }
        #expect(error?.kind == .keyUnreadable || error?.kind == .agentUnavailable, "\(path)")
        #expect(error?.host == "127.0.0.1")
        #expect(error?.description.contains("b3BlbnNz") == false)
      }
    }
  }

  @Test func refusedKeys() async throws {
    let server = try SSHServer(keys: [TestKeys.ed25519("other")])
    try await withClient { client in
      let error = await failure { try await client.connect(server.configuration()) }
      #expect(error?.kind == .authenticationRefused)
      #expect(error?.found?.contains("ssh-ed25519 SHA256:") == true)
    }
  }

  /// A second factor is asked for after the key: the server knows the key, and that is what the error says.
  @Test func refusedAfterTheKeyWasAccepted() async throws {
    let server = try SSHServer(["AuthenticationMethods publickey,password", "PasswordAuthentication yes"])
    try await withClient { client in
      let error = await failure { try await client.connect(server.configuration()) }
      #expect(error?.kind == .authenticationRefused)
      #expect(error?.text.contains("knows the key") == true)
    }
  }

  @Test func hostsThatTakeNoLogins() async throws {
    let server = try SSHServer(["ForceCommand echo System is booting up >&2; exit 254"])
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let error = await failure { try await connection.run("echo", deadline: .seconds(20), outputLimit: 10) }
      #expect(error?.kind == .notReady)
      #expect(error?.cause == "System is booting up")
    }
  }
}
