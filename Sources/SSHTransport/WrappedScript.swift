/// A script as it is sent to the host: framed by markers that carry a random token, so that its output can be told from
/// what login shells write, and its end from a broken connection.
struct WrappedScript {
  /// sshd takes commands of 256 KiB, but libssh2 sends one packet of at most 32 KiB.
  static let sizeLimit = 30_000

  let token: String
  let command: String

  /// The markers are put together on the host, so a shell that echoes commands (`set -x`) does not fake one. The script
  /// runs in a subshell: `exit`, `exec` and syntax errors end it and not the frame.
  private static let frame =
    #"printf '%s-B\n' "$1";printf '%s-B\n' "$1">&2;(__s=$2;shift 2;eval "$__s");set -- "$1" $?;"#
    + #"printf '%s-E %d\n' "$@";printf '%s-E %d\n' "$@">&2;exit $2"#

  init(_ script: String) {
    var generator = SystemRandomNumberGenerator()
    token = "sf" + String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
    command = "exec /bin/sh -c " + ShellQuoting.join([Self.frame, "sh", token, script])
  }
}
