import ArgumentParser
import Glibc

/// The program's front door, so that the executable needs to know nothing but this module.
package enum Sevfleet {
  /// Runs one command line, program name first, and ends the process with its exit code.
  package static func run(_ commandLine: [String]) async {
    let arguments = GlobalWords.arranged(Array(commandLine.dropFirst()))
    do {
      var command = try SevfleetCommand.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(error, json: GlobalWords.wantJSON(arguments))
    }
  }

  /// Help, versions and usage errors are the parser's; with `--json` an error is a document as every other failure is.
  private static func end(_ error: any Error, json: Bool) -> Never {
    let isUsage = !(error is ExitCode) && SevfleetCommand.exitCode(for: error) == .validationFailure
    guard json, isUsage else { SevfleetCommand.exit(withError: error) }
    let failure = CommandError(ExitStatus.usage, "usage", SevfleetCommand.message(for: error))
    exit(Execution.report(failure, json: true))
  }
}
