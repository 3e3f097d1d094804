import Glibc

/// What a program of a host asks the lab.
struct ToolQuestion: Sendable {
  /// Name under which the program was started.
  var program: String
  var folder: String
  var arguments: [String]
  /// The asking process and its user, as the kernel tells.
  var pid: pid_t
  var user: uid_t

  init(bytes: [UInt8], peer: (pid: pid_t, user: uid_t)?) {
    var words = bytes.split(separator: 0, omittingEmptySubsequences: false).map { Text.decode($0) }
    program = words.isEmpty ? "" : words.removeFirst()
    folder = words.isEmpty ? "/" : words.removeFirst()
    arguments = words
    pid = peer?.pid ?? 0
    user = peer?.user ?? .max
  }

  var isRoot: Bool { user == 0 }
  var command: [String] { [program] + arguments }
  var line: String { command.joined(separator: " ") }

  /// Arguments that are no options.
  var operands: [String] { arguments.filter { !$0.hasPrefix("-") } }

  func has(_ options: String...) -> Bool { arguments.contains { options.contains($0) } }

  /// Value of `--name=value`, `--name value`, `-n value` or `-nvalue`.
  func value(_ options: String...) -> String? {
    for (index, argument) in arguments.enumerated() {
      for option in options {
        if argument == option { return index + 1 < arguments.count ? arguments[index + 1] : nil }
        if option.hasPrefix("--") {
          if argument.hasPrefix(option + "=") { return String(argument.dropFirst(option.count + 1)) }
        } else if argument.hasPrefix(option), !argument.hasPrefix("--") {
          return String(argument.dropFirst(option.count))
        }
      }
    }
    return nil
  }
}

/// What the asking program then does.
struct ToolAnswer: Sendable {
  var code: Int32 = 0
  var output = ""
  /// In place of `output`, for what is no text.
  var bytes: [UInt8]?
  var errors = ""
  /// A program that the asking one becomes.
  var become: String?

  static func print(_ text: String) -> ToolAnswer { ToolAnswer(output: text) }
  static func failure(_ text: String, code: Int32 = 1) -> ToolAnswer {
    ToolAnswer(code: code, errors: text + "\n")
  }

  var encoded: [UInt8] {
    if let become { return Array("become 0 \(become.utf8.count) 0\n\(become)".utf8) }
    let out = bytes ?? Array(output.utf8)
    let err = Array(errors.utf8)
    return Array("print \(code) \(out.count) \(err.count)\n".utf8) + out + err
  }
}
