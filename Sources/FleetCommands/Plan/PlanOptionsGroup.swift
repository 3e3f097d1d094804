import ArgumentParser
import FleetCore
import FleetFormats

/// The options that `plan` and `apply` share.
struct PlanOptionsGroup: ParsableArguments {
  @Option(name: .customLong("to"), help: "A named target, an exact version (hex as 0x1.37.24), factory or backup.")
  var target: String?
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
      (target != nil, "--to"), (allowDowngrade, "--allow-downgrade"), (allowUnknownFloor, "--allow-unknown-floor"),
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
    PlanOptions(
      target: try target.map { try Self.target($0, context) }, allowDowngrade: always || allowDowngrade,
      allowUnknownFloor: allowUnknownFloor, acceptSEVESLoss: acceptSEVESLoss, emergency: emergency)
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
