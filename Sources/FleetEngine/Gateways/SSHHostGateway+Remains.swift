package import FleetCore
import FleetFormats
import SSHTransport

extension SSHHostGateway {
  /// Names told of each folder: a host keeps one backup a rollout, and a person reads them.
  private static let maxNames = 64

  package func remains(_ host: Host) async throws(HostError) -> HostRemains {
    let result = try await run(host, Self.remainsScript, deadline: bounds.command)
    return try Self.remains(exitStatus: result.exitStatus, stdout: Self.text(result.stdout))
  }

  /// Run as the login: everything but the writing is open to it.
  package static let remainsScript: String = {
    let folders = [("staged", RootCommand.stagedFolder), ("backup", RootCommand.backupsFolder)]
    let listings = folders.map { key, folder in
      """
      for f in \(folder)/*; do
        [ -e "$f" ] && printf '\(key)=%s\\n' "${f##*/}"
      done | head -n \(maxNames)
      """
    }
    return """
      LC_ALL=C; export LC_ALL
      \(LeaseText.script)
      \(listings.joined(separator: "\n"))
      echo end=1
      """
  }()

  /// What the answer of `remainsScript` means; one that was cut is no answer.
  package static func remains(exitStatus: Int32, stdout: String) throws(HostError) -> HostRemains {
    var found: [String: [String]] = [:]
    for line in stdout.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      found[String(line[..<equals]), default: []].append(String(line[equals...].dropFirst()))
    }
    guard exitStatus == 0, found["end"] != nil else {
      throw HostError(
        .unreadable, "what lies in \(RootCommand.stateFolder) cannot be listed", found: "exit \(exitStatus)")
    }
    return HostRemains(
      lease: LeaseText.lease { found[$0]?.first }, staged: found["staged"] ?? [], backups: found["backup"] ?? [])
  }
}
