import FleetLab
import Foundation
import Testing

/// Reports that are signed: by the command, checked by the command and by OpenSSL, each without the other's help.
@Suite(.serialized) struct SignedReportTests {
  /// Keys as OpenSSL writes them, by name; its private half is `NAME.pem`, the public one `NAME.pub`.
  private struct Keys {
    var folder: String

    func privateHalf(_ name: String) -> String { "\(folder)/\(name).pem" }
    func publicHalf(_ name: String) -> String { "\(folder)/\(name).pub" }

    func make(_ name: String, _ options: [String]) throws {
      let made = try Self.openssl(["genpkey", "-out", privateHalf(name)] + options)
      try #require(made == 0, "openssl genpkey \(options)")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: privateHalf(name))
      let told = try Self.openssl([
        "pkey", "-in", privateHalf(name), "-passin", "pass:none", "-pubout", "-out", publicHalf(name),
      ])
      try #require(told == 0, "openssl pkey \(options)")
    }

    /// Whether OpenSSL accepts the signature beside a file.
    func accepts(_ file: String, by name: String, signature: String? = nil) throws -> Bool {
      try Self.openssl([
        "pkeyutl", "-verify", "-pubin", "-inkey", publicHalf(name), "-rawin", "-in", file, "-sigfile",
        signature ?? "\(file).sig",
      ]) == 0
    }

    func sign(_ file: String, by name: String, to signature: String) throws {
      let signed = try Self.openssl([
        "pkeyutl", "-sign", "-inkey", privateHalf(name), "-rawin", "-in", file, "-out", signature,
      ])
      try #require(signed == 0, "openssl pkeyutl")
    }

    /// The key's own bytes in Base64, as they stand in its file.
    func secret(_ name: String) throws -> String {
      let lines = try String(contentsOfFile: privateHalf(name), encoding: .utf8).split(separator: "\n")
      return String(try #require(lines.dropFirst().first))
    }

    private static func openssl(_ arguments: [String]) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  private static func keys(_ scenario: Scenario) throws -> Keys {
    let keys = Keys(folder: "\(scenario.folder)/keys")
    try FileManager.default.createDirectory(atPath: keys.folder, withIntermediateDirectories: true)
    try keys.make("ours", ["-algorithm", "ED25519"])
    return keys
  }

  private static func kind(_ ended: Program.Ended) throws -> String? {
    (try JSONSerialization.jsonObject(with: Data(ended.stdout.utf8)) as? [String: Any])?["kind"] as? String
  }

  private static let reports: [[String]] =
    ["table", "json", "csv", "html", "junit"].map { ["compliance", "--format", $0] }
    + ["table", "json"].map { ["openstack", "--format", $0] } + [["tempest"], ["tempest", "--json"]]

  @Test func everyReportIsSigned() async throws {
    try await Scenario.with(hosts: [.milan("h1")], servers: [.init("web", on: "h1")]) { scenario in
      _ = try await scenario.sevfleet("probe")
      let keys = try Self.keys(scenario)
      try keys.make("theirs", ["-algorithm", "ED25519"])
      let secret = try keys.secret("ours")
      // One name for all of them: each replaces the report before it, and its signature.
      let file = "\(scenario.folder)/report"
      for words in Self.reports {
        let made = try await scenario.sevfleet(
          ["report"] + words + ["--output", file, "--sign-key", keys.privateHalf("ours")])
        #expect(made.status == 0 && made.stdout.isEmpty, "\(words): \(made.stderr)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(file).sig")).count == 64)
        #expect(try keys.accepts(file, by: "ours"), "\(words)")
        #expect(try !keys.accepts(file, by: "theirs"), "\(words)")
        let verify = ["report", "verify", file, "--json", "--key"]
        let good = try await scenario.sevfleet(verify + [keys.publicHalf("ours")])
        #expect(good.status == 0 && good.stdout.contains("sevfleet.signature/1"), "\(words): \(good.stdout)")
        let other = try await scenario.sevfleet(verify + [keys.publicHalf("theirs")])
        #expect(try other.status == 65 && Self.kind(other) == "badSignature", "\(words): \(other.stdout)")
        var edited = bytes
        edited[edited.count / 2] ^= 1
        try edited.write(to: URL(fileURLWithPath: file))
        let bad = try await scenario.sevfleet(verify + [keys.publicHalf("ours")])
        #expect(try bad.status == 65 && Self.kind(bad) == "badSignature", "\(words): \(bad.stdout)")
        #expect(try !keys.accepts(file, by: "ours"), "\(words)")
        for ended in [made, good, other, bad] { #expect(!(ended.stdout + ended.stderr).contains(secret)) }
        #expect(bytes.range(of: Data(secret.utf8)) == nil)
      }
    }
  }

  /// What OpenSSL signed is accepted, too, raw or in Base64, wherever the signature lies.
  @Test func whatOpenSSLSignsIsVerified() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let keys = try Self.keys(scenario)
      let file = "\(scenario.folder)/large"
      // More than one read of a file takes.
      try Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(fileURLWithPath: file))
      try keys.sign(file, by: "ours", to: "\(scenario.folder)/elsewhere")
      let raw = try Data(contentsOf: URL(fileURLWithPath: "\(scenario.folder)/elsewhere"))
      try Data((raw.base64EncodedString() + "\n").utf8).write(to: URL(fileURLWithPath: "\(file).sig"))
      let verify = ["report", "verify", file, "--key", keys.publicHalf("ours")]
      #expect(try await scenario.sevfleet(verify).status == 0)
      #expect(try await scenario.sevfleet(verify + ["--signature", "\(scenario.folder)/elsewhere"]).status == 0)
      for (words, kind) in [
        (["--signature", "\(scenario.folder)/none"], "unreadable"), (["--signature", scenario.folder], "unreadable"),
        (["--signature", file], "tooLarge"), (["--signature", keys.publicHalf("ours")], "badSignature"),
      ] {
        let ended = try await scenario.sevfleet(verify + words + ["--json"])
        #expect(try ended.status == 65 && Self.kind(ended) == kind, "\(words): \(ended.stdout)")
      }
      for (key, kind) in [(keys.privateHalf("ours"), "otherKind"), (file, "tooLarge"), ("\(file).sig", "noPEM")] {
        let ended = try await scenario.sevfleet("report", "verify", file, "--key", key, "--json")
        #expect(try ended.status == 65 && Self.kind(ended) == kind, "\(key): \(ended.stdout)")
        #expect(!ended.stdout.contains(try keys.secret("ours")))
      }
    }
  }

  @Test func whatIsNoKeySignsNothing() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let keys = try Self.keys(scenario)
      for (name, options) in [
        ("rsa", ["-algorithm", "RSA"]), ("x25519", ["-algorithm", "X25519"]), ("ed448", ["-algorithm", "ED448"]),
        ("p256", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("locked", ["-algorithm", "ED25519", "-aes-256-cbc", "-pass", "pass:none"]),
      ] {
        try keys.make(name, options)
      }
      let file = "\(scenario.folder)/report"
      var cases = ["rsa", "x25519", "ed448", "p256"].map { (key: keys.privateHalf($0), kind: "notEd25519") }
      cases += [
        (keys.privateHalf("locked"), "encryptedKey"), ("\(keys.folder)/none", "unreadable"),
        (keys.folder, "unreadable"),
      ]
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys.publicHalf("ours"))
      cases.append((keys.publicHalf("ours"), "otherKind"))
      for (key, kind) in cases {
        let ended = try await Self.sign(scenario, file, key)
        #expect(try ended.status == 65 && Self.kind(ended) == kind, "\(key): \(ended.stdout)")
      }
      for mode in [0o601, 0o602, 0o604, 0o610, 0o620, 0o640, 0o644, 0o777] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: keys.privateHalf("ours"))
        let ended = try await Self.sign(scenario, file, keys.privateHalf("ours"))
        #expect(try ended.status == 65 && Self.kind(ended) == "notPrivate", "\(String(mode, radix: 8))")
      }
      #expect(!FileManager.default.fileExists(atPath: file), "what cannot be signed is not made")
      try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: keys.privateHalf("ours"))
      #expect(try await Self.sign(scenario, file, keys.privateHalf("ours")).status == 0)
    }
  }

  private static func sign(_ scenario: Scenario, _ file: String, _ key: String) async throws -> Program.Ended {
    try await scenario.sevfleet("report", "compliance", "--json", "--output", file, "--sign-key", key)
  }

  @Test func theKeyIsNeverOverwritten() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let keys = try Self.keys(scenario)
      let key = keys.privateHalf("ours")
      let before = try Data(contentsOf: URL(fileURLWithPath: key))
      let link = "\(scenario.folder)/link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: key)
      let hard = "\(scenario.folder)/hard.sig"
      try FileManager.default.linkItem(atPath: key, toPath: hard)
      for output in [key, link, "\(scenario.folder)/hard"] {
        let ended = try await Self.sign(scenario, output, key)
        #expect(try ended.status == 64 && Self.kind(ended) == "keyOverwritten", "\(output): \(ended.stdout)")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: key)) == before)
      // Without a file there is nothing that a signature could lie beside.
      let nowhere = try await scenario.sevfleet("report", "compliance", "--json", "--sign-key", key)
      #expect(try nowhere.status == 64 && Self.kind(nowhere) == "usage", "\(nowhere.stdout)")
    }
  }

  /// A signature that cannot be replaced keeps the report from being written: none lies beside other bytes than its own.
  @Test func noSignatureIsLeftBesideAnotherReport() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let keys = try Self.keys(scenario)
      let file = "\(scenario.folder)/report"
      try Data("old".utf8).write(to: URL(fileURLWithPath: file))
      try FileManager.default.createDirectory(atPath: "\(file).sig", withIntermediateDirectories: false)
      let ended = try await Self.sign(scenario, file, keys.privateHalf("ours"))
      #expect(try ended.status == 1 && Self.kind(ended) == "unwritable", "\(ended.stdout)")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "old")
      let lost = try await Self.sign(scenario, "\(scenario.folder)/none/report", keys.privateHalf("ours"))
      #expect(try lost.status == 1 && Self.kind(lost) == "unwritable", "\(lost.stdout)")
    }
  }
}
