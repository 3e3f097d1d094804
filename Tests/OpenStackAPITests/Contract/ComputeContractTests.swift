import Foundation
import OpenStackAPI
import Testing

/// What the product relies on in a compute API. Cases live in the extensions, by subject; each runs once per back end.
@Suite("Compute contract", .timeLimit(.minutes(8)))
struct ComputeContractTests {}

/// A back end that was not there must not pass for one that agreed.
@Suite struct ComputeBackendTests {
  @Test func everyBackendStarts() async {
    #expect(await ComputeBackends.failures == [])
  }

  /// CI sets SEVFLEET_REQUIRE_BED.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SEVFLEET_REQUIRE_BED"] == "1"))
  func bedTakesPart() async {
    let names = await ComputeBackends.all.map(\.name)
    #expect(names.contains("bed"), "SEVFLEET_BED has to name the clouds.yaml of a running bed")
  }
}

extension OpenStackError {
  /// The error that `call` throws; fails the test if it throws none.
  static func of<Value>(
    _ call: () async throws -> Value
  ) async throws -> OpenStackError {
    do {
      let value = try await call()
      throw TooLate(description: "no error but \(value)")
    } catch let error as OpenStackError {
      return error
    }
  }
}
