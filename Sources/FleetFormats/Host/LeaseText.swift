package import FleetCore

/// How a host tells whose lease lies on it (decision 0017).
///
/// The lease is a symbolic link that points nowhere: its target is the holder's line, so that name and content come
/// into being by one system call. The login may read it; root alone can write there.
package enum LeaseText {
  /// Longer than any holder's line, short beside a look.
  private static let maxBytes = 512

  /// POSIX shell: prints `key=value` lines, or nothing where there is no lease.
  package static let script = #"""
    l_path=\#(RootCommand.leaseFile)
    if [ -d "${l_path%/*}" ] && [ ! -x "${l_path%/*}" ]; then
      echo lease.unreadable=1
    elif [ -L "$l_path" ] && l_line=$(readlink "$l_path"); then
      printf 'lease.line=%s\n' "$l_line" | head -c \#(maxBytes) | head -n 1
      printf 'lease.since=%s\n' "$(stat -c %Y "$l_path")"
    elif [ -e "$l_path" ]; then
      echo lease.unreadable=1
    fi
    """#

  /// `value` gives what the host printed for a key; `nil`: no lease lies there.
  package static func lease(_ value: (String) -> String?) -> HostLease? {
    if value("lease.unreadable") != nil { return HostLease(line: "") }
    guard let line = value("lease.line") else { return nil }
    let since = value("lease.since").flatMap { Int64($0) }.map { Instant(milliseconds: $0 * 1000) }
    return HostLease(line: line, since: since)
  }
}
