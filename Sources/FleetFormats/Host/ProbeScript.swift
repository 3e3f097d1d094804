package import FleetCore

/// The one script that gathers everything an `Observation` needs, in a single SSH exec.
///
/// POSIX sh, run as the unprivileged login. It changes nothing on the host; the one folder it makes (to look into an
/// initramfs that holds firmware) it removes. Only the commands of `RootCommand` run as root.
package enum ProbeScript {
  /// Log lines kept per source: the contract's 256 KiB. The newest win.
  package static let maximumLogBytes = 256 * 1024
  /// Process lines: a QEMU command line has 4-8 KB, so this holds the most guests a host can run with SEV-ES (some
  /// hundred). A longer list is unknown, never a shorter one.
  package static let maximumProcessBytes = 1024 * 1024
  /// Everything else that one tool may print.
  package static let maximumToolBytes = 64 * 1024
  /// The whole answer; a reader may stop here. Sum of the parts, rounded up.
  package static let maximumOutputBytes = 3 * 1024 * 1024
  /// Files described per place group; the kernel's names are fewer than thirty.
  package static let maximumFiles = 64
  /// Seconds for a tool that answers from memory (dmesg, ps, snphost).
  package static let quickSeconds = 8
  /// Seconds for a tool that reads much from the disk (journal, initramfs, libvirt's socket).
  package static let slowSeconds = 20

  /// The script. `kernel`: the initramfs to look into, where the caller knows better than the script's guess.
  package static func text(become: SSHSettings.Become, initramfsOf kernel: String? = nil) -> String {
    guard kernel == nil else { return compose(become, kernel) }
    return switch become {
    case .none: plain
    case .sudo: withSudo
    }
  }

  /// The usual ones, put together once: a fleet's probe sends one of them to each host.
  private static let plain = compose(.none, nil)
  private static let withSudo = compose(.sudo, nil)

  private static func compose(_ become: SSHSettings.Become, _ kernel: String?) -> String {
    let parts = [
      prologue(become: become), values, cpuInfo, tools, logs, sevTools, machines, packageLocks, loaderConfig, boot,
      nextLoaderConfig, owners, files, initramfs(kernel: kernel), compute, held,
    ]
    return """
      sevfleet_probe() {
      \(parts.joined(separator: "\n"))
      printf '\\n%s done\\n' "$M"
      }
      sevfleet_probe </dev/null 2>/dev/null

      """
  }

  /// Opens and closes a section by hand.
  static func begin(_ section: ProbeSection) -> String { "begin \(section.rawValue)" }
  static func end(_ section: ProbeSection) -> String { "end \(section.rawValue)" }

  /// The shell line of a root command; words that start with `$` are variables of the script.
  static func root(_ command: RootCommand) -> String {
    "as_root " + line(command.argv)
  }

  static func line(_ argv: [String]) -> String {
    argv.map { $0.hasPrefix("$") ? "\"\($0)\"" : ShellWord.quoted($0) }.joined(separator: " ")
  }

  /// Marks, bounds and privileges.
  ///
  /// - Marks carry a random number of the host's kernel, so that nothing a tool prints can look like one.
  /// - `ask` runs a command in the background behind `timeout head`: a command that root started cannot be killed by
  ///   the login, but it can be left behind; its output then ends at a closed pipe, never at our session's.
  /// - Where sudo ends with 1, `sudo -l` tells a refusal from the tool's own failure, whatever the language.
  private static func prologue(become: SSHSettings.Become) -> String {
    let asRoot =
      switch become {
      case .none: #"as_root() { "$@"; }"#
      case .sudo:
        #"""
        as_root() {
          if [ -z "$sudo" ]; then printf '\n%s sudo 127 %s\n' "$M" "$*"; return 127; fi
          "$sudo" -n -- "$@"
          r_status=$?
          if [ "$r_status" = 1 ]; then
            "$sudo" -n -l -- "$@" >/dev/null 2>&1
            printf '\n%s sudo %s %s\n' "$M" "$?" "$*"
          fi
          return "$r_status"
        }
        """#
      }
    return #"""
      LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      export LC_ALL PATH
      umask 022
      nl='
      '
      nonce=
      read -r nonce </proc/sys/kernel/random/uuid || nonce=$$
      M="#$nonce"
      printf '\nsevfleet-probe/1 %s\n' "$nonce"
      sudo=
      for d in /usr/bin /bin /usr/local/bin; do
        if [ -x "$d/sudo" ]; then sudo=$d/sudo; break; fi
      done
      become=\#(become.rawValue)
      begin() { printf '\n%s begin %s\n' "$M" "$1"; }
      end() { printf '\n%s end %s\n' "$M" "$1"; }
      item() {
        if [ -r "$2" ]; then
          i_value=
          IFS= read -r i_value <"$2"
          printf '%s=%s\n' "$1" "$i_value"
        fi
      }
      ask() {
        a_seconds=$1 a_bytes=$2
        shift 2
        {
          { "$@" 2>&1; printf '\n%s status %s\n' "$M" "$?"; } &
        } | timeout "$a_seconds" head -c "$a_bytes"
      }
      pick() {
        p_seconds=$1 p_bytes=$2 p_pattern=$3
        shift 3
        {
          { "$@" 2>&1; printf '\n%s status %s\n' "$M" "$?"; } | grep -aE -e "$p_pattern" -e "^$M|^sudo: " &
        } | timeout "$p_seconds" tail -c "$p_bytes"
      }
      """# + "\n" + asRoot
  }
}
