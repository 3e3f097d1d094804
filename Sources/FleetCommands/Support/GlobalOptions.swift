import ArgumentParser

/// What every command understands.
struct GlobalOptions: ParsableArguments {
  @Option(name: .customLong("inventory"), help: ArgumentHelp("Folder of the inventory.", valueName: "dir"))
  var inventoryFolder = "./inventory"

  @Option(name: .customLong("catalog"), help: ArgumentHelp("Folder of the firmware catalog.", valueName: "dir"))
  var catalogFolder = "./firmware-catalog"

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
}
