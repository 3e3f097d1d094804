import FleetCore
import FleetFormats
import SSHTransport

/// Builds the text of remote commands from arguments, never from pasted strings.
struct HostScript {
  /// Exit status that means "sudo does not allow it", told by `sudo -l` and not by a message.
  static let refusedStatus: Int32 = 120
  /// Exit status that means "the lease that was asked for does not lie here".
  static let notHeldStatus: Int32 = 121

  let become: SSHSettings.Become
  /// Line of the lease under which alone commands are run; `nil`: under any.
  let lease: String?

  init(become: SSHSettings.Become, under lease: String? = nil) {
    self.become = become
    self.lease = lease
  }

  /// Ends a script before its first command where the lease is not this one. In the same shell as the commands: what was
  /// looked at before they were sent may be as old as their sender slept.
  var guarding: String {
    guard let lease else { return "" }
    let path = ShellQuoting.quote(RootCommand.leaseFile)
    return "[ \"$(readlink \(path) 2>/dev/null)\" = \(ShellQuoting.quote(lease)) ] || exit \(Self.notHeldStatus)\n"
  }

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
    \(guarding)\(line(command)) && exit 0
    s=$?
    \(allowed(command)) || exit \(Self.refusedStatus)
    \(otherwise)
    exit $s
    """
  }

  /// Runs commands in order until one fails; the number of the failed one goes to stderr as `sevfleet-failed N`.
  func running(_ commands: [RootCommand]) -> String {
    var text = "LC_ALL=C; export LC_ALL\n" + guarding
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

  static let notHeld = HostError(
    .notHeld, "the host does not bear the lease of this run any more: its work was taken over, or somebody removed it",
    expected: "the lease of this run", found: "no lease, or another one")

  static func refusal(_ command: RootCommand) -> HostError {
    HostError(
      .sudoRefused, "sudo refuses \(command.argv.joined(separator: " "))",
      expected: "the rules of `sevfleet host sudoers`", found: "refused")
  }
}
