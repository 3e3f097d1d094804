import Crypto
import Foundation
import SSHTransport
import Testing

/// Every form of a known_hosts line (sshd(8)), without a network.
@Suite struct KnownHostsTests {
  /// Two well-formed keys; known_hosts never asks whether they are points on a curve.
  static let first = key("ssh-ed25519", fill: 1)
  static let second = key("ssh-ed25519", fill: 2)
  static let ecdsa = key("ecdsa-sha2-nistp256", fill: 3)

  static func key(_ type: String, fill: UInt8) -> String {
    var blob: [UInt8] = [0, 0, 0, UInt8(type.utf8.count)] + Array(type.utf8)
    blob += [0, 0, 0, 32] + [UInt8](repeating: fill, count: 32)
    return "\(type) \(Data(blob).base64EncodedString())"
  }

  static func hashed(_ name: String) -> String {
    let salt = Data((0..<20).map { UInt8($0 * 7 + 1) })
    let code = Data(HMAC<Insecure.SHA1>.authenticationCode(for: Data(name.utf8), using: SymmetricKey(data: salt)))
    return "|1|\(salt.base64EncodedString())|\(code.base64EncodedString())"
  }

  /// `nil` means accepted.
  static func verdict(
    _ lines: [String], host: String = "node1", port: Int = 22, second name: String? = nil, shows line: String = first
  ) throws -> SSHError.Kind? {
    let known = KnownHosts(parsing: Array(lines.joined(separator: "\n").utf8), file: "kh")
    let shown = try #require(PublicKey(base64: line.split(separator: " ")[1]))
    let endpoint = SSHEndpoint(host: host, port: port, user: "u", knownHostsName: name)
    return known.record(of: endpoint).objection(to: shown)?.kind
  }

  @Test func plainNames() throws {
    #expect(try Self.verdict(["node1 \(Self.first) a comment"]) == nil)
    #expect(try Self.verdict(["NODE1 \(Self.first)"], host: "Node1") == nil)
    #expect(try Self.verdict(["node2 \(Self.first)"]) == .hostKeyUnknown)
    #expect(try Self.verdict(["node1 \(Self.second)"]) == .hostKeyMismatch)
    #expect(try Self.verdict(["node1 \(Self.second)", "node1 \(Self.first)"]) == nil)
    #expect(try Self.verdict(["node1,10.0.0.1 \(Self.first)"], host: "10.0.0.1") == nil)
    #expect(try Self.verdict(["\tnode1\t\(Self.first)\r"]) == nil)
    #expect(try Self.verdict([]) == .hostKeyUnknown)
  }

  @Test func ports() throws {
    #expect(try Self.verdict(["[node1]:2200 \(Self.first)"], port: 2200) == nil)
    #expect(try Self.verdict(["node1 \(Self.first)"], port: 2200) == .hostKeyUnknown)
    #expect(try Self.verdict(["[node1]:2200 \(Self.first)"], port: 22) == .hostKeyUnknown)
    #expect(try Self.verdict(["[2001:db8::1]:2200 \(Self.first)"], host: "2001:DB8::1", port: 2200) == nil)
    #expect(try Self.verdict(["2001:db8::1 \(Self.first)"], host: "2001:db8::1") == nil)
  }

  @Test func wildcardsAndNegation() throws {
    #expect(try Self.verdict(["node? \(Self.first)"]) == nil)
    #expect(try Self.verdict(["*.example \(Self.first)"], host: "a.b.example") == nil)
    #expect(try Self.verdict(["n*1,other \(Self.first)"]) == nil)
    #expect(try Self.verdict(["node*,!node1 \(Self.first)"]) == .hostKeyUnknown)
    #expect(try Self.verdict(["!node1,node* \(Self.first)"]) == .hostKeyUnknown)
    #expect(try Self.verdict(["!node2,node* \(Self.first)"]) == nil)
    #expect(try Self.verdict(["!node2 \(Self.first)"]) == .hostKeyUnknown)
    #expect(try Self.verdict(["[node*]:2200 \(Self.first)"], port: 2200) == nil)
    #expect(try Self.verdict(["node \(Self.first)"]) == .hostKeyUnknown)
    // A pattern that makes naive matchers exponential.
    let stars = String(repeating: "*a", count: 40) + "b"
    #expect(try Self.verdict(["\(stars) \(Self.first)"], host: String(repeating: "a", count: 200)) == .hostKeyUnknown)
  }

  @Test func hashedNames() throws {
    #expect(try Self.verdict(["\(Self.hashed("node1")) \(Self.first)"]) == nil)
    #expect(try Self.verdict(["\(Self.hashed("node2")) \(Self.first)"]) == .hostKeyUnknown)
    #expect(try Self.verdict(["\(Self.hashed("[node1]:2200")) \(Self.first)"], port: 2200) == nil)
    #expect(try Self.verdict(["\(Self.hashed("node1")) \(Self.first)"], port: 2200) == .hostKeyUnknown)
    #expect(try Self.verdict(["\(Self.hashed("node1")) \(Self.second)"]) == .hostKeyMismatch)
  }

  @Test func hashesOfSSHKeygen() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("known", "node1 \(TestKeys.ed25519("known-a").publicLine)\n")
    try Command.run(["ssh-keygen", "-q", "-H", "-f", file])
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasPrefix("|1|"))
    #expect(try Self.verdict([text], shows: TestKeys.ed25519("known-a").publicLine) == nil)
    #expect(try Self.verdict([text], host: "node2", shows: TestKeys.ed25519("known-a").publicLine) == .hostKeyUnknown)
  }

  @Test func revokedBeatsEverything() throws {
    #expect(try Self.verdict(["@revoked node1 \(Self.first)"]) == .hostKeyRevoked)
    #expect(try Self.verdict(["node1 \(Self.first)", "@revoked * \(Self.first)"]) == .hostKeyRevoked)
    #expect(try Self.verdict(["node1 \(Self.first)", "@revoked node1 \(Self.second)"]) == nil)
    #expect(try Self.verdict(["@revoked \(Self.hashed("node1")) \(Self.first)"]) == .hostKeyRevoked)
  }

  @Test func certificateAuthoritiesProveNothing() throws {
    #expect(try Self.verdict(["@cert-authority * \(Self.first)"]) == .hostKeyUnknown)
    #expect(try Self.verdict(["@cert-authority * \(Self.second)", "node1 \(Self.first)"]) == nil)
    let known = KnownHosts(parsing: Array("@cert-authority * \(Self.first)".utf8), file: "kh")
    let record = known.record(of: SSHEndpoint(host: "node1", user: "u"))
    #expect(record.acceptableTypes.isEmpty)
    let shown = try #require(PublicKey(base64: Self.first.split(separator: " ")[1]))
    #expect(record.objection(to: shown)?.text.contains("certificate authority") == true)
  }

  @Test func secondNames() throws {
    #expect(try Self.verdict(["sev-a \(Self.first)"], host: "10.0.0.1", second: "sev-a") == nil)
    #expect(try Self.verdict(["[sev-a]:2200 \(Self.first)"], host: "10.0.0.1", port: 2200, second: "sev-a") == nil)
    // Two names that contradict each other about a type are no proof.
    let contradiction = ["sev-a \(Self.first)", "10.0.0.1 \(Self.second)"]
    #expect(try Self.verdict(contradiction, host: "10.0.0.1", second: "sev-a") == .hostKeyMismatch)
    let types = ["sev-a \(Self.first)", "10.0.0.1 \(Self.ecdsa)"]
    #expect(try Self.verdict(types, host: "10.0.0.1", second: "sev-a") == nil)
  }

  @Test func typesOnFileInOrder() throws {
    let text =
      "node1 \(Self.ecdsa)\nnode1 \(Self.first)\nnode1 \(Self.second)\n@revoked node1 \(Self.key("ssh-rsa", fill: 9))"
    let record = KnownHosts(parsing: Array(text.utf8), file: "kh").record(of: SSHEndpoint(host: "node1", user: "u"))
    #expect(record.acceptableTypes == ["ecdsa-sha2-nistp256", "ssh-ed25519"])
  }

  @Test func badLinesAreToldAndLeftOut() throws {
    let lines = [
      "# a comment", "", "node1", "node1 ssh-ed25519", "node1 ssh-ed25519 !!!notbase64",
      "node1 ssh-rsa \(Self.first.split(separator: " ")[1])", "@unknown node1 \(Self.first)", "|1|x|y \(Self.first)",
      "|2|AAAA|AAAA \(Self.first)", ", \(Self.first)", String(repeating: "x", count: 40_000), "node1 \(Self.first)",
    ]
    let known = KnownHosts(parsing: Array(lines.joined(separator: "\n").utf8), file: "kh")
    #expect(known.problems.map(\.line) == Array(3...11))
    #expect(known.problems.allSatisfy { $0.file == "kh" && !$0.text.isEmpty })
    #expect(try Self.verdict(lines) == nil)
  }

  @Test func fingerprintsAreThoseOfSSHKeygen() throws {
    let pair = try TestKeys.ed25519("known-a")
    let printed = try Command.run(["ssh-keygen", "-l", "-f", pair.path + ".pub"])
    let key = try #require(PublicKey(base64: pair.publicKey.base64))
    #expect(printed.split(separator: " ")[1] == key.fingerprint)
  }
}
