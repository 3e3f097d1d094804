import FleetBrowser
import FleetFormatCheck
import FleetFormats
import FleetLab
import Foundation
import Synchronization
import Testing

/// The compliance report of a lab fleet after a run, in every form: each is well made, and all tell the same.
@Suite(.serialized) struct ReportFormTests {
  /// As much of the JSON as the other forms tell again.
  private struct Report: Decodable {
    struct Bulletin: Decodable {
      var bulletin: String
      var state: String
    }
    struct Features: Decodable {
      var sev: String
      var sevES: String
      var sevSNP: String
    }
    struct Host: Decodable {
      var host: String
      var state: String
      var outcome: String
      var target: String?
      var product: String?
      var running: String?
      var afterReboot: String?
      var microcode: String?
      var features: Features
      var bulletins: [Bulletin]
      var lastSeen: String?
    }

    var compliant: Bool
    var outcomes: [String: Int]
    var summary: [String: Int]
    var hosts: [Host]
    var days: [Day]?

    struct Day: Decodable { var day: String }
  }

  /// One file for each form.
  private static func write(_ scenario: Scenario) async throws -> [String: String] {
    var texts: [String: String] = [:]
    for form in ["table", "json", "csv", "html", "junit"] {
      let file = "\(scenario.folder)/report-\(form)"
      let ended = try await scenario.sevfleet(
        "report", "compliance", "--format", form, "--days", "3", "--output", file)
      #expect(ended.status == 0 && ended.stdout.isEmpty, "\(form): \(ended.stderr)")
      texts[form] = try String(contentsOfFile: file, encoding: .utf8)
    }
    return texts
  }

  /// A fleet of which one host got its firmware, one refused it and is quarantined, one was left alone, and one cannot be
  /// reached any more; first as targets alone judge it, then with bulletins and a waiver.
  @Test func everyFormTellsTheSame() async throws {
    let hosts = ["h1", "h2", "h3", "h4"]
    let policy = "waves: [100%]\nmax_unavailable: 4\nmax_failures: 4\nmax_domains: 4\n"
    try await Lanes.shared.run {
      try await Scenario.with(hosts: hosts.map { .milan($0) }, policy: policy) { scenario in
        try await scenario.world.lab.set(.silentRefusal, on: "h2")
        _ = try await scenario.apply(["h1", "h2"])
        _ = try await scenario.sevfleet("probe")
        try await scenario.world.lab.set(.hostKeyChanged, on: "h4")
        #expect(try await scenario.sevfleet("probe", "h4").status == 4)
        let waiver = "{hosts: [h3], finding: behind, owner: Mara, reason: \"<next> & week, \\\"really\\\"\", "
        let waivers = "waivers: [\(waiver)expires: 2999-12-31}, {hosts: [h3], bulletin: AMD-SB-3023, "
        let rules = [
          nil, waivers + "owner: Mara, reason: later, expires: 2999-12-31}]\n",
        ]
        var outcomes: Set<String> = []
        for rule in rules {
          if let rule {
            try rule.write(
              toFile: "\(scenario.world.inventoryFolder)/compliance.yaml", atomically: true, encoding: .utf8)
          }
          let texts = try await Self.write(scenario)
          let report = try Self.json(try #require(texts["json"]))
          #expect(report.hosts.map(\.host) == hosts)
          try Self.csv(try #require(texts["csv"]), report)
          try Self.junit(try #require(texts["junit"]), report)
          Self.table(try #require(texts["table"]), report)
          try await Self.html(try #require(texts["html"]), report)
          outcomes.formUnion(report.hosts.map(\.outcome))
        }
        #expect(outcomes == ["compliant", "waived", "nonCompliant", "unknown"])
      }
    }
  }

  private static func json(_ text: String) throws -> Report {
    let schema = try #require(DocumentSchema.all["sevfleet.compliance/1"])
    let problems = try JSONSchema(try JSONText.compact(schema.json(isClosed: true))).problems(text)
    #expect(problems.isEmpty, "\(problems)")
    let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    func count(_ words: [String]) -> [String: Int] { Dictionary(words.map { ($0, 1) }, uniquingKeysWith: +) }
    #expect(report.outcomes.filter { $0.value > 0 } == count(report.hosts.map(\.outcome)))
    #expect(report.summary.filter { $0.value > 0 } == count(report.hosts.map(\.state)))
    #expect(report.days?.count == 3 && !report.compliant)
    return report
  }

  private static func csv(_ text: String, _ report: Report) throws {
    let records = CSVRecords.read(text)
    let bulletins = report.hosts[0].bulletins.map(\.bulletin)
    try #require(records.count == report.hosts.count + 1 && !bulletins.isEmpty)
    #expect(
      records[0] == [
        "host", "state", "outcome", "target", "product", "running", "after_reset", "current_tcb", "committed_tcb",
        "reported_tcb", "microcode", "sev", "sev_es", "sev_snp", "last_seen", "breaches", "findings", "waivers",
        "drift", "advisories", "facts",
      ] + bulletins)
    for (record, host) in zip(records.dropFirst(), report.hosts) {
      try #require(record.count == records[0].count, "\(record)")
      let cell = Dictionary(zip(records[0], record), uniquingKeysWith: { first, _ in first })
      let told: [String: String?] = [
        "host": host.host, "state": host.state, "outcome": host.outcome, "target": host.target,
        "product": host.product, "running": host.running, "after_reset": host.afterReboot,
        "microcode": host.microcode, "sev": host.features.sev, "sev_es": host.features.sevES,
        "sev_snp": host.features.sevSNP, "last_seen": host.lastSeen,
      ]
      for (name, value) in told { #expect(cell[name] == value ?? "", "\(host.host) \(name)") }
      for verdict in host.bulletins { #expect(cell[verdict.bulletin] == verdict.state, "\(host.host)") }
    }
  }

  private static func junit(_ text: String, _ report: Report) throws {
    let read = try JUnitReading(text)
    let results = ["compliant": nil, "waived": "skipped", "nonCompliant": "failure", "unknown": "error"]
    #expect(read.cases.map(\.name) == report.hosts.map(\.host))
    #expect(read.cases.map(\.result) == report.hosts.map { results[$0.outcome] ?? "none" })
    #expect(read.suites.count == 2)
    for suite in read.suites {
      #expect(suite["tests"] == "\(report.hosts.count)")
      for (outcome, count) in [("nonCompliant", "failures"), ("unknown", "errors"), ("waived", "skipped")] {
        #expect(suite[count] == "\(report.outcomes[outcome] ?? -1)", "\(count)")
      }
    }
  }

  private static func table(_ text: String, _ report: Report) {
    let lines = text.split(separator: "\n")
    for host in report.hosts {
      let state = host.outcome == "waived" ? "\(host.state) (waived)" : host.state
      let row = lines.first { $0.hasPrefix("\(host.host) ") }?.split(separator: " ").joined(separator: " ") ?? ""
      #expect(row.hasPrefix("\(host.host) \(state) \(host.target ?? "-") \(host.running ?? "unknown") "), "\(row)")
    }
    let last = String(lines.last ?? "")
    for (state, count) in report.summary { #expect(last.contains("\(count) \(state)"), "\(last)") }
  }

  // MARK: The browser

  private static let address = "http://report.test/"
  /// Pixels of A4 less its margins, at 96 to the inch.
  private static let paper = 703

  /// The file as somebody opens it who got it by mail: nothing else is there.
  private static func html(_ text: String, _ report: Report) async throws {
    let asked = Mutex<[String]>([])
    try await Browser.with { browser in
      let page = try await browser.page { request in
        // Browsers ask for it beside pages that name no sign.
        if request.path == "/favicon.ico" { return .content(status: 204, headers: [:], body: "") }
        asked.withLock { $0.append(request.url) }
        guard request.url == address else { return .refused }
        return .content(status: 200, headers: ["Content-Type": "text/html; charset=utf-8"], body: text)
      }
      try await page.open(address)
      #expect(asked.withLock { $0 } == [address])
      try await rows(page, report)
      try await page.emulate(dark: true, medium: "print")
      try await page.resize(width: paper, height: 1000)
      try await rows(page, report)
      #expect(try await page.evaluate("document.documentElement.scrollWidth").int ?? .max <= paper)
      let hidden = """
        [...document.querySelectorAll('section[aria-labelledby=hosts] tbody tr, .host-report')]
          .filter((part) => part.getBoundingClientRect().height === 0).length
        """
      #expect(try await page.evaluate(hidden).int == 0, "paper shows every host")
      let pdf = try await page.printed()
      #expect(pdf.starts(with: "%PDF-".utf8))
      let faults = await page.faults
      #expect(faults.isEmpty, "\(faults)")
      #expect(asked.withLock { $0 } == [address], "paper needs nothing else either")
    }
  }

  private static func rows(_ page: BrowserPage, _ report: Report) async throws {
    let script = """
      [...document.querySelectorAll('section[aria-labelledby=hosts] tbody tr')].map((row) =>
        [row.querySelector('th a').innerText, ...[...row.cells].slice(1, 5).map((cell) => cell.innerText)]
          .map((text) => text.trim()).join('|')).join('\\n')
      """
    let shown = try await page.evaluate(script).text ?? ""
    let told = report.hosts.map { host in
      let values = [host.target, host.running, host.afterReboot].map { $0 ?? "unknown" }
      return ([host.host, host.state] + values).joined(separator: "|")
    }
    #expect(shown.lowercased() == told.joined(separator: "\n").lowercased())
  }
}
