import ArgumentParser
import FleetServer

struct TokenRoles: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roles", abstract: "Tells which role each command needs; each may do all that the ones before it may.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let output = Output(options)
      if options.json {
        try output.document(RolesDocument())
        return ExitStatus.done
      }
      var table = TextTable(["ROLE", "COMMAND", "MAY"])
      for (role, commands) in CommandRoles.commands {
        for command in commands { table.add([role.rawValue, command, role.meaning]) }
      }
      output.line(table.text)
      return ExitStatus.done
    }
  }
}

/// `sevfleet.roles/1`: roles in order, each with the commands that need it.
struct RolesDocument: Encodable {
  struct Row: Encodable {
    var role: Role
    var may: String
    var commands: [String]
  }

  var schema = "sevfleet.roles/1"
  var roles = CommandRoles.commands.map { Row(role: $0.role, may: $0.role.meaning, commands: $0.commands) }
}
