import FleetCore

/// The audit of a cloud, for people at a terminal.
package enum CloudAuditText {
  package static func text(_ document: CloudAuditDocument) -> String {
    var lines: [String] = []
    for finding in document.findings {
      lines.append("\(finding.kind.rawValue): \(finding.text)")
      lines += finding.fix.map { "    \($0)" }
      lines += ["    (\(finding.source); grade \(finding.grade.rawValue))", ""]
    }
    let judged = document.judged
    let counts = [
      count(judged.flavors, "flavor"), count(judged.images, "image"), count(judged.aggregates, "aggregate"),
      count(judged.hosts, "compute host"),
    ].joined(separator: ", ")
    let end = document.clean ? "nothing is amiss" : count(document.findings.count, "finding")
    lines.append("\(end); looked at \(counts)")
    return lines.map(plain).joined(separator: "\n") + "\n"
  }

  private static func count(_ number: Int?, _ word: String) -> String {
    guard let number else { return "no \(word) (unread)" }
    return "\(number) \(word)\(number == 1 ? "" : "s")"
  }

  /// Names are their owners' to choose: what a terminal would obey is not passed on.
  private static func plain(_ line: String) -> String {
    var text = ""
    for scalar in line.unicodeScalars { text.unicodeScalars.append(NameText.isControl(scalar) ? "\u{FFFD}" : scalar) }
    return text
  }
}
