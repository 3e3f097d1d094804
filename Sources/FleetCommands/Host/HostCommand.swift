import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet host …`
struct HostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "Gives quarantined hosts back, finds forgotten ones, prints the sudo rules.",
    subcommands: [HostRelease.self, HostAdopt.self, HostSudoers.self])
}

struct HostRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Gives a quarantined or adopted host back: a person's decision, with a reason.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The host's name.") var host: String
  @Option(help: "Why it may serve again, for the record.") var reason: String

  func validate() throws {
    if reason.isEmpty { throw ValidationError("--reason must not be empty") }
  }

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let host = try context.host(host)
      let rollout = try context.store().quarantines()[host.id]?.rollout
      let said: String
      do {
        said = try await context.briefly("host release") {
          try await context.release(host.id, reason, by: Operator.name, $0)
        }
      } catch let error as StoreError where error.kind == .locked {
        guard let served = try Served(context) else { throw error }
        let request = ControlRequest(.release, by: Operator.name, reason: reason, host: host.id)
        said = try await served.ask(request, within: ControlBounds.hostTime).text
      }
      if options.json {
        try context.output.document(
          ReleaseDocument(host: host.id, rollout: rollout ?? "", reason: reason, text: said))
      } else {
        context.output.line("\(host.id): released; \(said)")
      }
      return ExitStatus.done
    }
  }
}

/// `sevfleet.release/1`.
struct ReleaseDocument: Encodable {
  var schema = "sevfleet.release/1"
  var host: HostID
  var rollout: String
  var reason: String
  var text: String
}

/// `sevfleet.sudoers/1`.
struct SudoersDocument: Encodable {
  var schema = "sevfleet.sudoers/1"
  var login: String
  var path = "/etc/sudoers.d/sevfleet"
  var text: String

  init(login: String, text: String) {
    self.login = login
    self.text = text
  }
}

struct HostSudoers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sudoers", abstract: "Prints the exact sudo rules the login needs; they go to /etc/sudoers.d/sevfleet."
  )

  @OptionGroup var options: GlobalOptions
  @Option(help: "The login; else the inventory's.") var user: String?
  @Option(help: "Its home folder on the hosts; else /home/USER.") var home: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      let inventory = context.inventory
      var rules = SudoRules.Options(home: home, novaConf: inventory.novaConf ?? NovaConfPlace.usual)
      for host in inventory.hosts {
        switch host.policy.activation.computeStop {
        case .auto, .none: break
        case .unit(let unit): if !rules.units.contains(unit) { rules.units.append(unit) }
        case .command(let argv): if !rules.commands.contains(argv) { rules.commands.append(argv) }
        }
      }
      let login = try user ?? Self.login(inventory)
      let text: String
      do throws(SudoRulesError) {
        text = try SudoRules.text(user: login, options: rules)
      } catch {
        throw CommandError(ExitStatus.usage, "noRules", error.text)
      }
      if options.json {
        try context.output.document(SudoersDocument(login: login, text: text))
      } else {
        Output.write(text, to: 1)
      }
      return ExitStatus.done
    }
  }

  /// One file of rules is for one login; where hosts have several, somebody must say whose it is to be.
  private static func login(_ inventory: Inventory) throws -> String {
    let users = Set(inventory.hosts.filter { $0.ssh.become == .sudo }.map(\.ssh.user)).sorted()
    guard users.count < 2 else {
      throw CommandError(
        ExitStatus.usage, "severalUsers", "the hosts have several logins; say whose rules to print with --user",
        expected: "--user", found: users.joined(separator: ", "))
    }
    return users.first ?? inventory.ssh.user
  }
}
