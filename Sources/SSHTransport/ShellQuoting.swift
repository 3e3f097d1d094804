/// The one place where text becomes an argument of a POSIX shell.
package enum ShellQuoting {
  /// `argument` as one word of a POSIX shell command line: single quotes, with each `'` written as `'\''`.
  ///
  /// Words made of letters, digits and `_@%+:,./-` need no quotes and keep their look, unless they are empty or
  /// reserved (`if`, `time`).
  ///
  /// - Precondition: no NUL character; no command line can carry one. `isRepresentable` tells.
  package static func quote(_ argument: String) -> String {
    precondition(isRepresentable(argument), "a shell word cannot hold NUL")
    if !argument.isEmpty, argument.utf8.allSatisfy(isPlain), !reserved.contains(argument) { return argument }
    // Over bytes: this is a probe's whole script, for each host of a fleet.
    let quote = UInt8(ascii: "'")
    var quoted = [quote]
    quoted.reserveCapacity(argument.utf8.count + 64)
    for byte in argument.utf8 {
      if byte == quote { quoted += Self.escapedQuote } else { quoted.append(byte) }
    }
    quoted.append(quote)
    return String(decoding: quoted, as: UTF8.self)
  }

  /// A command line that runs `argv`, each element as one word.
  package static func join(_ argv: [String]) -> String {
    argv.map(quote).joined(separator: " ")
  }

  /// Whether `argument` can be a word at all: everything can, except what holds a NUL.
  package static func isRepresentable(_ argument: String) -> Bool { !argument.utf8.contains(0) }

  /// Reserved words made of plain characters, of POSIX and of the shells that add some.
  private static let reserved: Set<String> = [
    "case", "coproc", "do", "done", "elif", "else", "end", "esac", "fi", "for", "foreach", "function", "if", "in",
    "namespace", "nocorrect", "repeat", "select", "then", "time", "until", "while",
  ]

  private static let escapedQuote = Array(#"'\''"#.utf8)

  /// `=` is not plain (`A=b` first on a line is an assignment), nor is `~`.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: ":"),
      UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
