/// The sudoers file that lets one login run exactly the commands of `RootCommand` as root, and nothing else.
///
/// Arguments are anchored POSIX regular expressions, which sudo matches against the whole argument line from version
/// 1.9.10 on. Literal parts are quoted by brackets (`[.]`), since a backslash has a meaning of its own in sudoers.
package enum SudoRules {
  package struct Options: Hashable, Sendable {
    /// The login's home folder; `nil`: `/home/USER`, or `/root`.
    package var home: String?
    /// Units that policy names besides `RootCommand.computeUnits` (RULES E1).
    package var units: [String]
    /// Containers that policy names besides `RootCommand.computeContainer`.
    package var containers: [String]
    /// Own commands that policy names to stop and start nova-compute, word by word.
    package var commands: [[String]]
    /// Where a nova.conf may lie.
    package var novaConf: [NovaConfPlace]

    package init(
      home: String? = nil, units: [String] = [], containers: [String] = [], commands: [[String]] = [],
      novaConf: [NovaConfPlace] = NovaConfPlace.usual
    ) {
      self.home = home
      self.units = units
      self.containers = containers
      self.commands = commands
      self.novaConf = novaConf
    }
  }

  /// Seconds after which sudo ends a command that only looks: a login cannot kill what root runs. The slowest lists
  /// an initramfs.
  package static let lookSeconds = 60

  /// The file's text, to lie at `/etc/sudoers.d/sevfleet` with mode 0440.
  package static func text(user: String, options: Options = Options()) throws(SudoRulesError) -> String {
    guard isName(user) else { throw .badUser(user) }
    let home = options.home ?? (user == "root" ? "/root" : "/home/\(user)")
    guard isPath(home) else { throw .badHome(home) }
    for word in options.units + options.containers + options.commands.flatMap({ $0 }) where !isPlain(word) {
      throw .badWord(word)
    }
    for place in options.novaConf where !isPath(place.path) { throw .badWord(place.text) }
    if let command = options.commands.first(where: { $0.first.map(isPath) != true }) {
      throw .notAbsolute(command.joined(separator: " "))
    }
    let rules = SudoRuleSet(user: user, home: home, options: options)
    return """
      # /etc/sudoers.d/sevfleet (mode 0440): what sevfleet may run as root on this host.
      # Needs sudo 1.9.10 or newer. Check with: visudo -cf FILE
      Defaults:\(user) !requiretty
      \(alias("SEVFLEET_LOOK", rules.look))
      \(alias("SEVFLEET_STAGE", rules.stage))
      \(alias("SEVFLEET_ACTIVATE", rules.activate))
      \(user) ALL=(root) TIMEOUT=\(lookSeconds) NOPASSWD: SEVFLEET_LOOK
      \(user) ALL=(root) NOPASSWD: SEVFLEET_STAGE, SEVFLEET_ACTIVATE

      """
  }

  private static func alias(_ name: String, _ rules: [SudoRule]) -> String {
    "Cmnd_Alias \(name) = \\\n  " + rules.map(\.text).joined(separator: ", \\\n  ")
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 32 else { return false }
    return (isLetter(first) || first == UInt8(ascii: "_"))
      && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-".utf8.contains($0) }
  }

  /// An absolute path that stands in a rule as it is.
  static func isPath(_ text: String) -> Bool {
    text.hasPrefix("/") && isPlain(text) && !text.split(separator: "/").contains { $0.hasPrefix(".") }
  }

  /// Words whose meaning is the same to sudo's reader and to a regular expression in brackets.
  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-/@=:,+%".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// Why no rules can be written.
package enum SudoRulesError: Error, Hashable, Sendable {
  case badUser(String)
  case badHome(String)
  case badWord(String)
  case notAbsolute(String)

  /// Stable name of the case.
  package var kind: String {
    switch self {
    case .badUser: "badUser"
    case .badHome: "badHome"
    case .badWord: "badWord"
    case .notAbsolute: "notAbsolute"
    }
  }

  package var expected: String {
    switch self {
    case .badUser: "a login of letters, digits, dot, dash and underscore, at most 32"
    case .badHome: "an absolute home folder without blanks or hidden components"
    case .badWord: "a word of letters, digits and ._-/@=:,+%"
    case .notAbsolute: "a command that starts with an absolute path"
    }
  }

  package var found: String {
    switch self {
    case .badUser(let text), .badHome(let text), .badWord(let text), .notAbsolute(let text): text
    }
  }

  package var text: String { "no sudo rule can be written: expected \(expected), found \(found)" }
}
