import ArgumentParser
import FleetFormats
import FleetLab

/// `sevfleet lab fault HOST NAME`
struct LabFaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fault", abstract: "Makes something go wrong on a simulated host, or right again.",
    discussion: "Faults: \(LabFault.Kind.allCases.map(\.rawValue).joined(separator: ", "))")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var lab: LabOptions
  @Argument(help: "The host's name.") var host: String
  @Argument(help: "The fault's name.") var fault: String
  @Flag(help: "Take the fault away.") var clear = false

  func run() async throws {
    try await Execution.run(options) {
      guard let kind = LabFault.Kind(rawValue: fault), let sample = LabFault.allCases.first(where: { $0.kind == kind })
      else {
        throw CommandError(
          ExitStatus.usage, "unknownFault", "there is no fault \(fault)",
          expected: LabFault.Kind.allCases.map(\.rawValue).joined(separator: ", "), found: fault)
      }
      let client = LabControlClient(path: lab.socket)
      do {
        _ = try await client.send(clear ? .clear(kind, host: host) : .set(sample, host: host))
      } catch let error as LabError {
        let isUnknown = error.kind == .unknownHost
        throw CommandError(
          isUnknown ? ExitStatus.usage : ExitStatus.failed, isUnknown ? "noHost" : error.kind.rawValue, "\(error)",
          found: isUnknown ? host : nil)
      }
      if options.json {
        try Output(options).document(LabFaultDocument(host: host, fault: fault, set: !clear))
      } else {
        Output(options).line("\(host): \(fault) \(clear ? "is gone" : "is set")")
      }
      return ExitStatus.done
    }
  }
}

/// `sevfleet.labfault/1`.
struct LabFaultDocument: Encodable {
  var schema = "sevfleet.labfault/1"
  var host: String
  var fault: String
  var set: Bool
}
