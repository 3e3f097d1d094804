import FleetCore
import FleetServer
import Foundation
import Testing

/// Where the server listens, and how it is protected there.
@Suite struct ListenTests {
  @Test func addressesAreReadAsTheyAreWritten() throws {
    for (text, host, port, isLoopback) in [
      ("127.0.0.1:8443", "127.0.0.1", 8443, true), ("8443", "127.0.0.1", 8443, true), (":0", "127.0.0.1", 0, true),
      ("[::1]:1", "::1", 1, true), ("localhost:65535", "localhost", 65_535, true),
      ("127.9.9.9:1", "127.9.9.9", 1, true),
      ("0.0.0.0:80", "0.0.0.0", 80, false), ("[::]:80", "::", 80, false), ("10.0.0.1:80", "10.0.0.1", 80, false),
      ("ctl1.example:80", "ctl1.example", 80, false), ("127.0.0.1.example:80", "127.0.0.1.example", 80, false),
      ("127.1:80", "127.1", 80, false),
    ] {
      let address = try ListenAddress(text)
      #expect(address.host == host, "\(text)")
      #expect(address.port == port, "\(text)")
      #expect(address.isLoopback == isLoopback, "\(text)")
      #expect(try ListenAddress("\(address)") == address, "\(text)")
    }
    for text in [
      "", ":", "x", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]", "[::1]80", "a b:80",
      "1.2.3.4:0x50",
    ] {
      #expect(throws: ServerError.self, "\(text)") { try ListenAddress(text) }
    }
  }

  @Test func tokensDoNotCrossANetworkInTheClear() throws {
    let open = try ListenAddress("0.0.0.0:0")
    let files = ServerConfiguration.TLSFiles(certificate: "c", key: "k")
    do throws(ServerError) {
      _ = try ServerConfiguration(address: open)
      Issue.record("it listens")
    } catch {
      #expect(error.kind == .insecure)
    }
    _ = try ServerConfiguration(address: open, isInsecureAllowed: true)
    _ = try ServerConfiguration(address: open, tls: files)
    _ = try ServerConfiguration(address: ListenAddress("127.0.0.1:0"))
  }

  @Test func anAddressThatIsTakenIsTold() async throws {
    try await Bench.run { bench in
      let configuration = try ServerConfiguration(address: bench.server.address)
      let result = await Result {
        try await FleetServer.start(configuration, source: bench.source, tokens: bench.tokens)
      }
      guard case .failure(let error as ServerError) = result else {
        Issue.record("two listen at one port")
        return
      }
      #expect(error.kind == .notListening)
      #expect(try await bench.ask("GET", "/healthz", as: nil).status == 200)
    }
  }

  // MARK: TLS

  private static func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl \(arguments.first ?? "")")
  }

  private static func withCertificate(_ body: (ServerConfiguration.TLSFiles) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "sevfleet-tls-\(UUID().uuidString.prefix(12))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = ServerConfiguration.TLSFiles(certificate: folder + "/cert.pem", key: folder + "/key.pem")
    try openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", files.key,
      "-out",
      files.certificate, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
    ])
    try await body(files)
  }

  @Test func aConnectionIsTLS() async throws {
    try await Self.withCertificate { files in
      try await Bench.run(tls: files, trusts: files.certificate) { bench in
        #expect(bench.server.url.hasPrefix("https://"))
        #expect(try await bench.ask("GET", "/v1/hosts").status == 200)
        let secret = bench.secrets[.viewer] ?? ""
        let signed = try await bench.ask("POST", "/login", as: nil, body: #"{"token": "\#(secret)"}"#)
        #expect(signed.header("set-cookie")?.contains("; Secure") == true)
        try bench.write(3)
        var events = try await EventSource(bench.web, bench.server.url + "/v1/events?after=0", token: secret)
        #expect(try await events.ids(3) == [1, 2, 3])
        // Whoever does not know the certificate does not talk to it, and plain HTTP is no answer.
        let stranger = try Web(patience: 1)
        let refused = await Result { try await stranger.ask("GET", bench.server.url + "/healthz") }
        let plain = await Result {
          try await stranger.ask("GET", "http://\(bench.server.address)/healthz")
        }
        try await stranger.end()
        if case .success = refused { Issue.record("a stranger believed it") }
        if case .success = plain { Issue.record("it speaks in the clear") }
      }
    }
  }

  @Test func aCertificateThatIsNoneIsTold() async throws {
    try await Self.withCertificate { files in
      for bad in [
        ServerConfiguration.TLSFiles(certificate: files.key, key: files.key),
        ServerConfiguration.TLSFiles(certificate: files.certificate, key: files.certificate),
        ServerConfiguration.TLSFiles(certificate: "/nowhere", key: files.key),
      ] {
        let result = await Result { try await Bench.run(tls: bad) { _ in } }
        guard case .failure(let error as ServerError) = result else {
          Issue.record("\(bad) is used")
          continue
        }
        #expect(error.kind == .badCertificate)
      }
    }
  }
}

extension Result where Failure == any Error {
  /// Catches what an async body throws.
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
