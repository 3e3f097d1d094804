import ArgumentParser

/// The program's front door, so that the executable needs to know nothing but this module.
package enum Sevfleet {
  /// Runs one command line, program name first, and ends the process with its exit code.
  package static func run(_ commandLine: [String]) async {
    await SevfleetCommand.main(SevfleetCommand.arranged(Array(commandLine.dropFirst())))
  }
}
