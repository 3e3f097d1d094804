/// A server's whole answer to one command: RFC 5321, 4.2.
package struct SMTPReply: Hashable, Sendable {
  /// 200 to 599.
  package var code: Int
  /// Without the code, line by line.
  package var lines: [String]

  package init(code: Int, lines: [String]) {
    self.code = code
    self.lines = lines
  }

  package var isPositive: Bool { (200...399).contains(code) }
  /// Refused for good: the same again is refused again.
  package var isPermanent: Bool { code >= 500 }

  /// Whether an EHLO answer tells of an extension; its name is the first word of a line.
  package func offers(_ name: String) -> Bool { words(of: name) != nil }

  /// What stands behind the name of an extension.
  package func words(of name: String) -> [String]? {
    for line in lines.dropFirst() {
      let words = line.split(separator: " ").map { $0.uppercased() }
      if words.first == name { return Array(words.dropFirst()) }
    }
    return nil
  }
}

/// Reads an answer line by line.
package struct SMTPReplyReader: Sendable {
  /// Lines of one answer; EHLO's has some twenty.
  private static let maxLines = 100

  private var lines: [String] = []
  private var code: Int?

  package init() {}

  package enum Step: Hashable, Sendable {
    case more
    case reply(SMTPReply)
    /// It is no answer.
    case nonsense
  }

  /// `line` without its end.
  package mutating func take(_ line: String) -> Step {
    let digits = line.utf8.prefix(3)
    guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(line.prefix(3)),
      (200...599).contains(number), code == nil || code == number, lines.count < Self.maxLines
    else { return .nonsense }
    let rest = line.dropFirst(3)
    guard rest.isEmpty || rest.first == " " || rest.first == "-" else { return .nonsense }
    lines.append(String(rest.dropFirst()))
    if rest.first == "-" {
      code = number
      return .more
    }
    defer { self = SMTPReplyReader() }
    return .reply(SMTPReply(code: number, lines: lines))
  }
}

package enum SMTPText {
  /// A message as DATA wants it: every line ends in CR LF, a dot at its beginning is doubled, a dot alone ends it.
  package static func data(_ message: String) -> String {
    var lines = message.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines.map { ($0.hasPrefix(".") ? "." : "") + $0 + "\r\n" }.joined() + ".\r\n"
  }

  /// The one argument of AUTH PLAIN (RFC 4616).
  package static func plain(user: String, password: [UInt8]) -> String {
    Base64.text([0] + Array(user.utf8) + [0] + password)
  }
}
