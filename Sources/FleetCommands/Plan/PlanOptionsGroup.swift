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
