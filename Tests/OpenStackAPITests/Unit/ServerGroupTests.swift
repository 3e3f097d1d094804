import Foundation
import OpenStackAPI
import Testing

/// Nova lists server groups by `limit` and `offset`, and an operator may lower the limit.
@Suite(.timeLimit(.minutes(1))) struct ServerGroupTests {
  private static func body(_ numbers: Range<Int>) -> String {
    let groups = numbers.map { #"{"id": "g\#($0)", "name": "n", "policy": "anti-affinity", "members": ["s\#($0)"]}"# }
    return #"{"server_groups": [\#(groups.joined(separator: ", "))]}"#
  }

  private static func offset(_ request: StubServer.Request) -> Int? {
    let part = request.query.split(separator: "&").first { $0.hasPrefix("offset=") }
    return part.flatMap { Int($0.dropFirst("offset=".count)) }
  }

  @Test(arguments: [(0, 3), (1, 3), (3, 3), (7, 3), (250, 100)])
  func everyPageIsRead(_ total: Int, _ limit: Int) async throws {
    try await StubCloud().run({ request in
      let offset = Self.offset(request) ?? 0
      return .answer(200, [:], Self.body(min(offset, total)..<min(total, offset + limit)))
    }) { cloud, server in
      let groups = try await cloud.nova.serverGroups()
      #expect(groups.map(\.id) == (0..<total).map { "g\($0)" })
      #expect(
        server.requests.filter { $0.path.hasSuffix("/os-server-groups") }.allSatisfy {
          $0.query.contains("all_projects=1")
        })
    }
  }

  @Test func aNovaThatDoesNotCountPagesIsAskedTwice() async throws {
    try await StubCloud().run({ _ in .answer(200, [:], Self.body(0..<5)) }) { cloud, server in
      let groups = try await cloud.nova.serverGroups()
      #expect(groups.count == 5)
      #expect(server.requests.count { $0.path.hasSuffix("/os-server-groups") } == 2)
    }
  }
}
