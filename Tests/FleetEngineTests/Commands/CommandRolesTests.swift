import Foundation
import Testing

/// Every command maps to one role.
@Suite struct CommandRolesTests {
  private static let all = ["viewer", "planner", "operator", "emergency"]

  /// What the parser tells of the commands there are.
  private struct Tool: Decodable {
    struct Command: Decodable {
      var commandName: String
      var subcommands: [Command]?

      /// Commands that do something, by their whole names.
      func leaves(under path: [String] = []) -> [String] {
        let own = (subcommands ?? []).filter { $0.commandName != "help" }
        guard !own.isEmpty else { return [path.joined(separator: " ")] }
        return own.flatMap { $0.leaves(under: path + [$0.commandName]) }
      }
    }

    var command: Command
  }

  private struct Roles: Decodable {
    struct Row: Decodable {
      var role: String
      var may: String
      var commands: [String]
    }

    var schema: String
    var roles: [Row]
  }

  private static func roles() async throws -> Roles {
    let ended = try await Program.run(["token", "roles", "--json"])
    #expect(ended.status == 0, "\(ended.stderr)")
    return try JSONDecoder().decode(Roles.self, from: Data(ended.stdout.utf8))
  }

  @Test func everyCommandHasOne() async throws {
    let dumped = try await Program.run(["--experimental-dump-help"])
    let commands = try JSONDecoder().decode(Tool.self, from: Data(dumped.stdout.utf8)).command.leaves()
    #expect(commands.count > 40 && commands.contains("rollout approve"))
    let roles = try await Self.roles()
    #expect(roles.schema == "sevfleet.roles/1")
    #expect(roles.roles.map(\.role) == Self.all)
    let listed = roles.roles.flatMap(\.commands)
    // One option makes another act of a command.
    #expect(listed.filter { $0.contains(" --") } == ["downgrade --emergency"])
    #expect(listed.filter { !$0.contains(" --") }.sorted() == commands.sorted())
  }

  /// Where the API knows the same act it asks for the same role (`AccessTests` holds each route to its own).
  @Test func theyAreThoseOfTheAPI() async throws {
    let roles = try await Self.roles().roles
    for (command, role) in [
      ("why", "viewer"), ("history", "viewer"), ("report compliance", "viewer"), ("audit list", "viewer"),
      ("plan", "planner"), ("apply", "operator"), ("rollout approve", "operator"), ("rollout pause", "operator"),
      ("rollout resume", "operator"), ("rollout halt", "operator"), ("host release", "operator"),
      ("downgrade --emergency", "emergency"),
    ] {
      #expect(roles.filter { $0.commands.contains(command) }.map(\.role) == [role], "\(command)")
    }
  }

  @Test func itIsToldToPeople() async throws {
    let ended = try await Program.run(["token", "roles"])
    #expect(ended.status == 0)
    for role in Self.all { #expect(ended.stdout.contains(role)) }
  }
}
