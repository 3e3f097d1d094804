package import FleetCore

/// The compliance report as JUnit XML: one suite of one case a host, so that a build shows it without knowing us.
///
/// Not compliant is a failure, unknown an error, waived skipped.
package enum ComplianceJUnit {
  package static func text(_ report: ComplianceReport) -> String {
    func count(_ outcome: ComplianceRow.Outcome) -> Int { report.rows.count { $0.outcome == outcome } }
    let counts =
      "tests=\"\(report.rows.count)\" failures=\"\(count(.nonCompliant))\" errors=\"\(count(.unknown))\" "
      + "skipped=\"\(count(.waived))\""
    // Without a zone, as JUnit's schema wants it; it is UTC.
    let time = report.at.rfc3339.prefix(19)
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites name=\"compliance\" \(counts) time=\"0\">",
      "  <testsuite name=\"fleet\" \(counts) time=\"0\" timestamp=\"\(time)\">",
    ]
    for row in report.rows { lines += element(row) }
    lines += ["  </testsuite>", "</testsuites>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func element(_ row: ComplianceRow) -> [String] {
    let start = "    <testcase classname=\"fleet\" name=\"\(XMLText.attribute(row.host.rawValue))\" time=\"0\""
    guard let result = result(row) else { return [start + "/>"] }
    return [start + ">", "      \(result)", "    </testcase>"]
  }

  private static func result(_ row: ComplianceRow) -> String? {
    let open = row.breaches.filter { $0.waiver == nil }
    let texts = (open.map(\.sentence) + row.findings.map(\.sentence)).joined(separator: "\n")
    let first = open.first?.text ?? "its state is \(row.state.rawValue)"
    func failed(_ name: String) -> String {
      "<\(name) type=\"\(row.state.rawValue)\" message=\"\(XMLText.attribute(first))\">\(XMLText.content(texts))</\(name)>"
    }
    switch row.outcome {
    case .compliant: return nil
    case .nonCompliant: return failed("failure")
    case .unknown: return failed("error")
    case .waived:
      let waivers = row.breaches.compactMap { breach in
        breach.waiver.map { "\(breach.sentence): waived by \($0.owner) until \($0.expires), \($0.reason)" }
      }
      return "<skipped message=\"\(XMLText.attribute(waivers.joined(separator: "; ")))\"/>"
    }
  }
}
