import ArgumentParser
import FleetCore
import FleetFormats
import FleetStore

/// The options that `plan` and `apply` share.
struct PlanOptionsGroup: ParsableArguments {
  @Option(name: .customLong("to"), help: "A named target, an exact version (hex as 0x1.37.24), factory or backup.")
  var target: String?
  @Option(help: "With --to backup: what each host ran before this rollout (its id, or the beginning of it).")
  var rollout: String?
  @Flag(help: "A host may go back to an older firmware.") var allowDowngrade = false
  @Flag(help: "Try a downgrade although the BIOS copy is unknown.") var allowUnknownFloor = false
  @Flag(name: .customLong("accept-sev-es-loss"), help: "SEV-ES may be lost on the hosts of this plan.")
  var acceptSEVESLoss = false
  @Flag(help: "Plan from stored observations, ask neither hosts nor Nova.") var offline = false

  /// The plan that is given in the place of hosts; `nil`: hosts are.
  static func plan(in words: [String]) -> String? {
    guard let word = words.first, words.count == 1, PlanID.isAbbreviation(word) else { return nil }
    return word
  }

  /// A plan holds its options; others beside it would mean nothing.
  func check(with words: [String]) throws {
    guard let plan = Self.plan(in: words) else { return }
    let given = [
      (target != nil, "--to"), (rollout != nil, "--rollout"), (allowDowngrade, "--allow-downgrade"),
      (allowUnknownFloor, "--allow-unknown-floor"),
      (acceptSEVESLoss, "--accept-sev-es-loss"), (offline, "--offline"),
    ].filter(\.0).map(\.1)
    guard given.isEmpty else {
      throw CommandError(
        ExitStatus.usage, "usage", "\(plan) was made with its options; make a new plan to change them",
        expected: "no plan's options", found: given.joined(separator: " "))
    }
  }

  func options(_ context: CommandContext, allowDowngrade always: Bool = false, emergency: String? = nil) throws
    -> PlanOptions
  {
    let target = try target.map { try Self.target($0, context) }
    if let rollout, target != .backup {
      throw CommandError(
        ExitStatus.usage, "usage", "--rollout \(rollout) says which backups are meant, so --to backup is needed",
        expected: "--to backup", found: self.target.map { "--to \($0)" })
    }
    return PlanOptions(
      target: target, allowDowngrade: always || allowDowngrade, allowUnknownFloor: allowUnknownFloor,
      acceptSEVESLoss: acceptSEVESLoss, emergency: emergency,
      backupRollout: try rollout.map { try context.store().rollout(id: $0).id })
  }

  static func target(_ text: String, _ context: CommandContext) throws -> FirmwareTarget {
    if text == "backup" { return .backup }
    switch TargetText.read(text, named: context.inventory.targets) {
    case .success(let target): return target
    case .failure(let problem):
      throw CommandError(
        ExitStatus.usage, "unknownTarget", "--to \(text): \(problem.text)",
        expected: "a named target, an exact version, factory or backup", found: text)
    }
  }
}

extension CommandContext {
  /// HOSTS; where none are named and the way leads back before a rollout, the hosts that this one was to change.
  func hosts(_ selectors: [String], _ options: PlanOptions) throws -> [Host] {
    guard selectors.isEmpty, let rollout = options.backupRollout else { return try hosts(selectors) }
    let store = try store()
    let changed = try store.plan(id: try store.rollout(id: rollout).plan).plan.changes.map(\.host)
    let gone = changed.filter { inventory.host($0) == nil }.map(\.rawValue)
    if !gone.isEmpty {
      Output.note("not in the inventory any more, so left as they are: \(gone.joined(separator: ", "))")
    }
    let hosts = inventory.hosts.filter { changed.contains($0.id) }
    guard !hosts.isEmpty else {
      throw CommandError(
        ExitStatus.usage, "noHost", "no host of rollout \(rollout) is in the inventory", found: rollout)
    }
    return hosts
  }
}
