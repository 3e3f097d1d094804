import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore

/// `sevfleet token …`
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Makes, lists and revokes the tokens with which programs and browsers come in.",
    subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self, TokenRoles.self])
}

struct TokenCreate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Makes a token and prints it, this once.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The token's name.") var name: String
  @Option(help: ArgumentHelp("Who acts with it, as the journal tells (default: NAME).", valueName: "person"))
  var owner: String?
  @Option(help: "viewer, planner, operator or emergency.") var role: Role
  @Option(help: ArgumentHelp("How long it holds (default: 90d).", valueName: "duration")) var expires: String?

  /// A quarter: long enough not to be renewed every week, short enough that a forgotten one ends.
  private static let lifetime = Duration.seconds(90 * 86_400)

  func run() async throws {
    try await Execution.run(options) {
      let lifetime = try expires.map(Self.duration) ?? Self.lifetime
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      // Makes the state folder where there is none.
      let store = try context.store()
      let now = SystemClock().now()
      let file = TokenFile(folder: context.stateFolder)
      let made = try file.create(name, owner: owner, role: role, at: now, expiresAt: now + lifetime)
      do throws(StoreError) {
        try store.audit(Action(by: Operator.name, .createToken, TokenText.sentence(made.token)), at: now)
      } catch {
        // Nobody saw its secret yet: a token that the audit log does not know is none.
        try file.revoke(name)
        throw error
      }
      if options.json {
        try context.output.document(TokenDocument(made.token, secret: made.secret))
      } else {
        Output.note("this is shown once: \(TokenText.sentence(made.token))")
        context.output.line(made.secret)
      }
      return ExitStatus.done
    }
  }

  private static func duration(_ text: String) throws -> Duration {
    guard let duration = DurationText.read(text), duration >= .seconds(1) else {
      throw CommandError(
        ExitStatus.usage, "usage", "--expires \(text) is no duration of a second or more", expected: "90d", found: text)
    }
    return duration
  }
}

struct TokenList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the tokens; their secrets are kept nowhere.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      let tokens = try TokenFile(folder: context.stateFolder).tokens()
      let now = SystemClock().now()
      if options.json {
        try context.output.document(TokensDocument(tokens, now: now))
        return ExitStatus.done
      }
      var table = TextTable(["NAME", "OWNER", "ROLE", "MADE", "EXPIRES"])
      for token in tokens {
        let expires = token.expiresAt.map { $0.rfc3339 + (token.isValid(at: now) ? "" : " (over)") } ?? "never"
        table.add([token.name, token.owner, token.role.rawValue, token.createdAt.rfc3339, expires])
      }
      context.output.line(table.text)
      return ExitStatus.done
    }
  }
}

struct TokenRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Ends a token at once, and every session that was opened with it.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The token's name.") var name: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      let file = TokenFile(folder: context.stateFolder)
      try file.revoke(name)
      Output.note("the token \(name) is revoked")
      try context.store().audit(Action(by: Operator.name, .revokeToken, name), at: SystemClock().now())
      if options.json { try context.output.document(TokensDocument(try file.tokens(), now: SystemClock().now())) }
      return ExitStatus.done
    }
  }
}

extension Role: ExpressibleByArgument {}
