package import FleetCore
package import FleetFormats
import SSHTransport

/// Reads the words of a host's nova.conf that an audit needs, and no others. Changes nothing.
package protocol NovaConfGateway: Sendable {
  /// The first of `places` that is there.
  func novaConf(_ host: Host, places: [NovaConfPlace]) async -> CloudReading<NovaConf>
}

extension SSHHostGateway: NovaConfGateway {
  package func novaConf(_ host: Host, places: [NovaConfPlace]) async -> CloudReading<NovaConf> {
    let script = NovaConfScript(become: host.ssh.become, places: places)
    do {
      let result = try await run(host, script.text, deadline: bounds.command)
      return script.reading(exitStatus: result.exitStatus, stdout: Self.text(result.stdout))
    } catch {
      return .unread(error.text)
    }
  }
}

/// The script that looks for a nova.conf. The file is filtered on the host: passwords in it never leave it.
package struct NovaConfScript: Sendable {
  /// Exit status that means "it is at none of the places".
  private static let absentStatus: Int32 = 121
  private static let mark = "sevfleet-place"

  package let become: SSHSettings.Become
  package let places: [NovaConfPlace]

  package init(become: SSHSettings.Become, places: [NovaConfPlace]) {
    self.become = become
    self.places = places
  }

  package var text: String {
    let host = HostScript(become: become)
    let filter = ShellQuoting.join(prefix([]) + NovaConfText.filter)
    var lines = ["LC_ALL=C; export LC_ALL", "look() {", "  out=$(\(filter) \"$2\" 2>/dev/null); s=$?"]
    // grep says 2 where there is no such file and 1 where no line matches; sudo says 1 where it refuses.
    lines.append("  [ $s -lt 2 ] || return 0")
    if become == .sudo {
      let asking = ShellQuoting.join(prefix(["-l"]) + NovaConfText.filter)
      lines.append("  [ $s -eq 0 ] || \(asking) \"$2\" >/dev/null 2>&1 || exit \(HostScript.refusedStatus)")
    }
    lines += ["  printf '\(Self.mark) %s\\n%s\\n' \"$1\" \"$out\"", "  exit 0", "}"]
    if places.contains(where: \.isInContainer) {
      lines.append("pid=$(\(host.line(.processes)) 2>/dev/null | \(NovaConfText.processFilter))")
    }
    for (number, place) in places.enumerated() {
      let path = ShellQuoting.quote(place.path)
      lines.append(
        place.isInContainer ? "[ -z \"$pid\" ] || look \(number) /proc/\"$pid\"/root\(path)" : "look \(number) \(path)")
    }
    lines.append("exit \(Self.absentStatus)")
    return lines.joined(separator: "\n") + "\n"
  }

  private func prefix(_ options: [String]) -> [String] {
    switch become {
    case .none: []
    case .sudo: ["sudo", "-n"] + options + ["--"]
    }
  }

  /// What the end of the script means.
  package func reading(exitStatus: Int32, stdout: String) -> CloudReading<NovaConf> {
    switch exitStatus {
    case 0:
      let lines = stdout.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = lines.first, first.hasPrefix(Self.mark + " "),
        let number = Int(first.dropFirst(Self.mark.count + 1)), places.indices.contains(number)
      else { return .unread("its answer cannot be read") }
      return .read(NovaConfText.parse(lines.count > 1 ? String(lines[1]) : "", place: places[number]))
    case HostScript.refusedStatus: return .unread("sudo refuses to filter it")
    case Self.absentStatus: return .unread("it is at none of \(places.map(\.text).joined(separator: ", "))")
    default: return .unread("the look ended with status \(exitStatus)")
    }
  }
}
