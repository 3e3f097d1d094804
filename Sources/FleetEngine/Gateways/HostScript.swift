import FleetCore
import FleetFormats
import SSHTransport

/// Builds the text of remote commands from arguments, never from pasted strings.
struct HostScript {
  /// Exit status that means "sudo does not allow it", told by `sudo -l` and not by a message.
  static let refusedStatus: Int32 = 120

  let become: SSHSettings.Become

  init(become: SSHSettings.Become) { self.become = become }

  /// One command as root, quoted.
  func line(_ command: RootCommand) -> String {
    switch become {
    case .none: ShellQuoting.join(command.argv)
    case .sudo: ShellQuoting.join(["sudo", "-n", "--"] + command.argv)
    }
  }

  /// Whether sudo would allow a command, without running it.
  func allowed(_ command: RootCommand) -> String {
    switch become {
    case .none: "true"
    case .sudo: ShellQuoting.join(["sudo", "-n", "-l", "--"] + command.argv) + " >/dev/null 2>&1"
    }
  }

  /// Runs one command; its own status, or `refusedStatus`. `otherwise` runs after one that failed and was allowed, and
  /// may end with a status of its own.
  func asking(_ command: RootCommand, or otherwise: String = ":") -> String {
    """
    LC_ALL=C; export LC_ALL
    \(line(command)) && exit 0
    s=$?
    \(allowed(command)) || exit \(Self.refusedStatus)
    \(otherwise)
    exit $s
    """
  }

  /// Runs commands in order until one fails; the number of the failed one goes to stderr as `sevfleet-failed N`.
  func running(_ commands: [RootCommand]) -> String {
    var text = "LC_ALL=C; export LC_ALL\n"
    for (index, command) in commands.enumerated() {
      text += """
        \(line(command)) || {
          s=$?
          echo "sevfleet-failed \(index)" >&2
          \(allowed(command)) || exit \(Self.refusedStatus)
          exit $s
        }

        """
    }
    return text
  }

  /// Index of the command that failed, from what `running` wrote.
  static func failedIndex(_ stderr: String) -> Int? {
    stderr.split(separator: "\n").last { $0.hasPrefix("sevfleet-failed ") }
      .flatMap { Int($0.dropFirst("sevfleet-failed ".count)) }
  }

  static func refusal(_ command: RootCommand) -> HostError {
    HostError(
      .sudoRefused, "sudo refuses \(command.argv.joined(separator: " "))",
      expected: "the rules of `sevfleet host sudoers`", found: "refused")
  }
}
