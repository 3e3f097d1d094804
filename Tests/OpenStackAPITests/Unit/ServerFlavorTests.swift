import OpenStackAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServerFlavorTests {
  private static let rows: [(disks: String, sizes: [Int?])] = [
    (#""disk": 40, "ephemeral": 10, "swap": 512"#, [40, 10, 512]), (#""disk": 0, "swap": """#, [0, nil, 0]),
    (#""disk": 1.5, "ephemeral": null, "swap": "x""#, [nil, nil, nil]), (#""disk": {}"#, [nil, nil, nil]),
  ]

  @Test(arguments: rows)
  func disksOfTheFlavorAreNumbersOrUnknown(_ disks: String, _ sizes: [Int?]) async throws {
    let flavor = #"{"original_name": "f", "vcpus": 1, "ram": 512, "extra_specs": {}, \#(disks)}"#
    let server = NovaClientTests.server("s1", flavor: flavor)
    try await StubCloud().run({ _ in .json(#"{"server": \#(server)}"#) }) { cloud, _ in
      let value = try await cloud.nova.server("s1").flavor
      #expect([value.disk, value.ephemeral, value.swap] == sizes)
    }
  }
}
