import Foundation
import NIOHTTP1

/// Finds out once which microversions Nova speaks. A failure is not remembered.
actor VersionNegotiation {
  private let service: ServiceClient
  private var agreed: Microversion?

  init(_ keystone: KeystoneClient, _ transport: HTTPTransport) {
    service = ServiceClient(
      type: .compute, keystone: keystone, transport: transport,
      base: { Self.versionedBase($0).replacing(/\/v2\.1$/, with: "") })
  }

  func microversion() async throws(OpenStackError) -> Microversion {
    if let agreed { return agreed }
    // The document of v2.1 needs no token, but one does no harm, and the path below is one that every proxy passes.
    let answer = try await service.get(.get("/v2.1/"), as: Document.self).version
    guard let newest = Microversion(answer.version) else {
      throw tooOld("no microversions")
    }
    let oldest = Microversion(answer.min_version) ?? Microversion(2, 1)
    let chosen = min(newest, ComputeFeature.newest)
    guard chosen >= ComputeFeature.baseline.since, chosen >= oldest else { throw tooOld("\(oldest) to \(newest)") }
    agreed = chosen
    return chosen
  }

  /// The address that calls are made below: catalogs give `…/v2.1`, `…/v2.1/PROJECT`, `…/v2/PROJECT` or no version.
  static func versionedBase(_ url: String) -> String {
    let parts = url.split(separator: "/", omittingEmptySubsequences: false)
    let head = parts.firstIndex { $0 == "v2.1" || $0 == "v2" }.map { parts[..<$0] } ?? parts[...]
    return head.joined(separator: "/") + "/v2.1"
  }

  private func tooOld(_ found: String) -> OpenStackError {
    OpenStackError(
      .microversionTooOld, service: .compute, operation: "GET /v2.1/", text: "no common microversion",
      expected: "\(ComputeFeature.baseline.since) to \(ComputeFeature.newest)", found: found)
  }

  private struct Document: Decodable {
    struct Version: Decodable {
      let version: String
      let min_version: String
    }
    let version: Version
  }
}
