/// Global options in the words of a command line: they may stand before the command, behind its noun, or at the end.
enum GlobalWords {
  private static let valued: Set<String> = ["--inventory", "--catalog", "--state"]
  private static let flags: Set<String> = ["--json", "--no-color", "-v", "--verbose"]
  /// Commands whose next word is a command again.
  private static let nouns: Set<String> = [
    "inventory", "catalog", "rollout", "host", "backup", "report", "audit", "token", "lab",
  ]

  /// The same command line with the global options behind everything else but before a `--`, so that they stay options.
  static func arranged(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    var globals = take(&rest)
    var command: [String] = []
    if let first = rest.first, nouns.contains(first) {
      command.append(first)
      rest = rest.dropFirst()
      globals += take(&rest)
    }
    guard !globals.isEmpty, !(command.isEmpty && rest.isEmpty) else { return arguments }
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    return command + rest[..<end] + globals + rest[end...]
  }

  /// Whether the reader of standard output expects JSON.
  static func wantJSON(_ arguments: [String]) -> Bool { arguments.prefix { $0 != "--" }.contains("--json") }

  private static func take(_ rest: inout ArraySlice<String>) -> [String] {
    var taken: [String] = []
    while let first = rest.first {
      if valued.contains(first), rest.count > 1 {
        taken += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if flags.contains(first) || valued.contains(where: { first.hasPrefix("\($0)=") }) {
        taken.append(first)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    return taken
  }
}
