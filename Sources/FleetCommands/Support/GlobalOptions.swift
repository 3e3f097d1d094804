import ArgumentParser
import FleetFormats
import Foundation

/// What every command understands.
struct GlobalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the inventory (default: ./inventory).", valueName: "dir"))
  var inventory: String?

  @Option(help: ArgumentHelp("Folder of the firmware catalog (default: ./firmware-catalog).", valueName: "dir"))
  var catalog: String?

  @Option(
    name: .customLong("state"),
    help: ArgumentHelp("Folder of the database, the backups and the lock.", valueName: "dir"))
  var stateFolder: String?

  @Flag(help: "Print one JSON document on standard output.")
  var json = false

  @Flag(help: "No colours, whatever the terminal can.")
  var noColor = false

  @Flag(name: .shortAndLong, help: "Tell more on standard error.")
  var verbose = false

  var inventoryFolder: String { inventory ?? "./inventory" }
  var catalogFolder: String { catalog ?? "./firmware-catalog" }

  /// A command line that does what it says in any folder: what was given is given again, as absolute paths.
  func commandLine(_ words: [String]) -> String {
    // Another shell may not have the variable.
    let state = stateFolder ?? ProcessInfo.processInfo.environment["SEVFLEET_STATE"].flatMap { $0.isEmpty ? nil : $0 }
    let given = [("--inventory", inventory), ("--catalog", catalog), ("--state", state)]
    let folders = given.flatMap { name, folder in folder.map { [name, URL(fileURLWithPath: $0).path] } ?? [] }
    return ShellWord.line(["sevfleet"] + words + folders)
  }
}
