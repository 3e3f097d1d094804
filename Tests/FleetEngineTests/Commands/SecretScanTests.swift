import FleetLab
import FleetStore
import Foundation
import Testing

/// Secrets lie wherever sevfleet reads them, and whatever it prints, logs, journals or keeps is searched for them: in
/// commands that succeed and in commands that fail, chatty and as JSON.
@Suite(.serialized) struct SecretScanTests {
  /// Recognisable, and nothing that anybody would write by chance.
  private enum Planted {
    static let passphrase = "zq-passphrase-7f3a"
    static let cloudPassword = "zq-cloud-password-91bc"
    static let wrongPassword = "zq-wrong-password-55e0"
    static let credential = "zq-credential-secret-a6d2"
    static let hookSecret = "zq-hook-secret-3e8817"
    static let hookPath = "zq-hook-path-token-0c44"
    static let mailPassword = "zq-mail-password-b1f9"
    /// What the lab's Keystone begins each token with.
    static let token = "gAAAAA"

    /// As they are, and as they would stand in a login or a header.
    static var all: [String] {
      let plain = [passphrase, cloudPassword, wrongPassword, credential, hookSecret, hookPath, mailPassword]
      return plain + [token] + plain.map { Data($0.utf8).base64EncodedString() }
        + [Data("\u{0}sev\u{0}\(mailPassword)".utf8).base64EncodedString()]
    }
  }

  private static func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  /// The login's key gets a passphrase, and receivers of notifications a secret each; nobody listens there.
  private static func plant(_ scenario: Scenario) throws -> [String: String] {
    let folder = scenario.folder
    let keygen = Process()
    keygen.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
    keygen.arguments = ["-q", "-p", "-P", "", "-N", Planted.passphrase, "-f", scenario.world.identity]
    keygen.standardInput = FileHandle.nullDevice
    keygen.standardOutput = FileHandle.nullDevice
    try keygen.run()
    keygen.waitUntilExit()
    #expect(keygen.terminationStatus == 0)
    try write(Planted.passphrase + "\n", "\(folder)/passphrase")
    try write(Planted.hookSecret + "\n", "\(folder)/hook-secret")
    try write(Planted.mailPassword + "\n", "\(folder)/mail-password")
    try write(
      """
      webhooks: [{url: "http://127.0.0.1:9/\(Planted.hookPath)", secret_file: \(folder)/hook-secret}]
      mail:
        smtp: 127.0.0.1:9
        from: sev@x.example
        to: [ops@x.example]
        user: sev
        password_file: \(folder)/mail-password
      """, "\(scenario.world.inventoryFolder)/notify.yaml")
    return ["SEVFLEET_SSH_PASSPHRASE_FILE": "\(folder)/passphrase"]
  }

  /// Clouds that do not let us in.
  private static func strangers(_ scenario: Scenario) throws -> [String] {
    let clouds = try String(contentsOfFile: scenario.world.cloudsPath, encoding: .utf8)
    let wrong = "\(scenario.folder)/wrong.yaml"
    try write(clouds.replacing(Planted.cloudPassword, with: Planted.wrongPassword), wrong)
    let url = try #require(clouds.split(separator: "\n").first { $0.contains("auth_url:") })
    let credential = "\(scenario.folder)/credential.yaml"
    try write(
      """
      clouds:
        lab:
          auth_type: v3applicationcredential
          auth:
            \(url.trimmingCharacters(in: .whitespaces))
            application_credential_id: c1
            application_credential_secret: \(Planted.credential)
          region_name: RegionOne
      """, credential)
    let broken = "\(scenario.folder)/broken.yaml"
    try write(
      clouds.replacing("password: \(Planted.cloudPassword)", with: "password: [\(Planted.cloudPassword)"), broken)
    return [wrong, credential, broken]
  }

  private static func check(_ ended: Program.Ended, _ words: [String]) {
    for secret in Planted.all where (ended.stdout + ended.stderr).contains(secret) {
      Issue.record("\(secret) in the output of \(words): \(ended.stdout) \(ended.stderr)")
    }
  }

  @Test func noSecretIsToldOrKept() async throws {
    try await Scenario.with(
      hosts: [.milan("h1"), .milan("h2")], servers: [.init("web", on: "h1")], policy: "waves: [100%]\n",
      change: { $0.compute.adminPassword = Planted.cloudPassword }
    ) { scenario in
      let environment = try Self.plant(scenario)
      let commands: [(words: [String], status: Int32)] = [
        (["inventory", "check", "-v"], 0), (["inventory", "list", "--json"], 0), (["probe", "-v"], 0),
        (["plan", "-v", "--json"], 0), (["apply", "h1", "-v", "--yes"], 0), (["rollout", "list", "--json"], 0),
        (["history", "h1", "--json"], 0), (["why", "h1", "-v"], 0), (["report", "compliance", "--json"], 0),
        (["audit", "list"], 0), (["audit", "list", "--json"], 0), (["audit", "verify", "--json"], 0),
        (["host", "adopt", "--json"], 0), (["backup", "list", "--json"], 0), (["report", "openstack", "--json"], 0),
        (["report", "tempest"], 0), (["catalog", "facts", "--json"], 0), (["token", "list", "--json"], 0),
      ]
      for (words, status) in commands {
        let ended = try await scenario.sevfleet(words, environment: environment)
        #expect(ended.status == status, "\(words): \(ended.stdout) \(ended.stderr)")
        Self.check(ended, words)
      }
      for form in ["table", "csv", "html", "junit"] {
        let words = ["report", "compliance", "--format", form]
        Self.check(try await scenario.sevfleet(words, environment: environment), words)
      }
      let made = try await scenario.sevfleet("token", "create", "ada", "--role", "operator")
      let bearer = made.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
      let port = try PlainHTTP.freePort()
      // It tries to tell receivers that are not there.
      var served: [String] = ["serve", "-v", "--probe-every", "1h", "--listen", "127.0.0.1:\(port)"]
      served =
        ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"] + served
      let serving = try await Program.run(served, environment: scenario.environment.merging(environment) { $1 }) {
        pid in
        while try DaemonLock.holder(folder: "\(scenario.folder)/state")?.command != "serve" {
          try await Task.sleep(for: .milliseconds(50))
        }
        let ended = try await scenario.sevfleet(["apply", "h2", "--yes", "-v"], environment: environment)
        #expect(ended.status == 0, "\(ended.stderr)")
        Self.check(ended, ["apply"])
        try await Self.ask(port, bearer)
        // A failure to tell is written down.
        let store = try FleetStore.open(folder: "\(scenario.folder)/state")
        while try store.receiver("mail")?.attempts ?? 0 == 0 { try await Task.sleep(for: .milliseconds(50)) }
        kill(pid, SIGTERM)
      }
      #expect(serving.stderr.contains("mail by 127.0.0.1:9"), "it was tried: \(serving.stderr)")
      Self.check(serving, ["serve"])
      #expect(!(serving.stdout + serving.stderr).contains(bearer))
      try await Self.fail(scenario, environment)
      try Self.scan("\(scenario.folder)/state", bearer)
    }
  }

  /// Whatever the API and the pages answer, to whom is let in and to whom is not.
  private static func ask(_ port: Int, _ bearer: String) async throws {
    let paths = [
      "/v1/hosts", "/v1/hosts/h1", "/v1/hosts/h1/history", "/v1/hosts/h1/why", "/v1/observations", "/v1/rollouts",
      "/v1/compliance", "/v1/catalog", "/v1/audit", "/v1/session", "/metrics", "/healthz", "/readyz", "/openapi.json",
      "/", "/rollouts", "/hosts/h1", "/compliance", "/audit", "/login", "/compliance/report?format=html",
    ]
    for path in paths {
      for token in [bearer, Planted.wrongPassword] {
        let reply = try await PlainHTTP.ask("GET", path, port: port, token: token)
        if token == bearer { #expect(reply.status == 200, "\(path): \(reply.body)") }
        for secret in Planted.all + [bearer] where reply.body.contains(secret) {
          Issue.record("\(secret) in the answer to \(path)")
        }
      }
    }
  }

  private static func fail(_ scenario: Scenario, _ environment: [String: String]) async throws {
    let planning = [["plan", "-v"], ["plan", "-v", "--json"], ["inventory", "import", "--nova", "--json"]]
    for clouds in try strangers(scenario) {
      for words in planning {
        let more = environment.merging(["OS_CLIENT_CONFIG_FILE": clouds]) { $1 }
        check(try await scenario.sevfleet(words, environment: more), words + [clouds])
      }
    }
    // A passphrase that is wrong, and one that everybody may read.
    let wrong = "\(scenario.folder)/wrong-passphrase"
    try write(Planted.wrongPassword, wrong)
    for mode in [0o600, 0o644] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: wrong)
      for words in [["probe", "-v"], ["probe", "--json"]] {
        let ended = try await scenario.sevfleet(words, environment: ["SEVFLEET_SSH_PASSPHRASE_FILE": wrong])
        #expect(ended.status != 0)
        check(ended, words)
      }
    }
    // Mistakes in the file that names a secret URL.
    let file = "\(scenario.world.inventoryFolder)/notify.yaml"
    for url in ["http://u:\(Planted.hookPath)@h/", "ftp://h/\(Planted.hookPath)", "http://h/\(Planted.hookPath) x"] {
      try write("webhooks: [{url: \"\(url)\", secret_file: /s}]", file)
      for words in [["inventory", "check"], ["inventory", "check", "--json"]] {
        let ended = try await scenario.sevfleet(words, environment: environment)
        #expect(ended.status == 65, "\(ended.stdout)")
        check(ended, words + [url])
      }
    }
  }

  /// Every byte of the database, its log, backups and whatever else lies there.
  private static func scan(_ folder: String, _ bearer: String) throws {
    let paths = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let files = paths.compactMap { path in
      FileManager.default.contents(atPath: "\(folder)/\(path)").map { (path: path, data: $0) }
    }
    func holding(_ text: String) -> [String] {
      files.filter { $0.data.range(of: Data(text.utf8)) != nil }.map(\.path)
    }
    #expect(!holding("h1").isEmpty && !holding("rolloutFinished").isEmpty, "what is kept is found")
    for secret in Planted.all + [bearer] { #expect(holding(secret).isEmpty, "\(secret)") }
  }
}
