import Foundation
import OpenStackAPI
import Testing

/// Private CAs, as `cacert` and `verify` of clouds.yaml ask for.
@Suite(.timeLimit(.minutes(1))) struct TrustTests {
  @Test func privateCAIsTrustedWhenNamed() async throws {
    try await withFile(TestCertificates.authority) { path in
      try await StubCloud(tls: true).run(trust: .file(path), { _ in HTTPBoundsTests.services }) { cloud, _ in
        let value = try await cloud.nova.allComputeServices()
        #expect(value.isEmpty)
      }
    }
  }

  @Test func privateCAIsNotTrustedUnnamed() async throws {
    try await StubCloud(tls: true).run { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .tlsRefused)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func namedCAIsTheOnlyOne() async throws {
    try await withFile(TestCertificates.otherAuthority) { path in
      try await StubCloud(tls: true).run(trust: .file(path)) { cloud, server in
        let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
        #expect(error.kind == .tlsRefused)
        #expect(server.requests.isEmpty)
      }
    }
  }

  @Test func verifyFalseTrustsAnything() async throws {
    try await StubCloud(tls: true).run(trust: .anything, { _ in HTTPBoundsTests.services }) { cloud, _ in
      let value = try await cloud.nova.allComputeServices()
      #expect(value.isEmpty)
    }
  }

  @Test(arguments: ["no certificate in here", nil])
  func unusableCAFileIsSaidAtOnce(_ content: String?) async throws {
    try await withFile(content ?? "") { path in
      let file = content == nil ? path + ".absent" : path
      let configuration = CloudConfiguration(
        name: "c", authURL: "https://127.0.0.1",
        auth: .applicationCredential(.init(credential: .id("c1"), secret: Secret("secret"))), trust: .file(file))
      let error = #expect(throws: CloudConfigurationError.self) { try OpenStackCloud(configuration) }
      #expect(error?.kind == .unreadable)
      #expect(error?.source == file)
    }
  }

  private func withFile(_ content: String, _ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ca-\(UUID().uuidString).pem").path
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }
}
