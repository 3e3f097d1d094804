import FleetCore
import FleetFormatCheck
import FleetFormats
import Testing

/// The report in every format: against its schema, and with texts that would break it.
@Suite struct ComplianceReportTests {
  @Test func jsonKeepsItsSchema() throws {
    let told = try #require(DocumentSchema.all["sevfleet.compliance/1"])
    let schema = try JSONSchema(try JSONText.compact(told.json(isClosed: true)))
    let report = try ComplianceSample.report()
    let text = try JSONText.pretty(ComplianceDocument(report))
    let problems = try schema.problems(text)
    #expect(problems.isEmpty, "\(problems)")
    var bare = report
    (bare.past, bare.servers) = (nil, nil)
    let none = try schema.problems(try JSONText.pretty(ComplianceDocument(bare)))
    #expect(none.isEmpty, "\(none)")
    // A schema that accepts everything would prove nothing.
    for (old, new) in [
      ("\"state\": \"behind\"", "\"state\": \"late\""), ("\"compliant\": false", "\"compliant\": \"no\""),
      ("\"outcome\"", "\"outcomes\""), ("\"grade\": \"A\"", "\"grade\": \"Z\""), ("\"p\"", "null"),
    ] {
      try #require(text.contains(old))
      #expect(try !schema.problems(text.replacing(old, with: new, maxReplacements: 1)).isEmpty, "\(new)")
    }
  }

  @Test func jsonIsStable() throws {
    let first = try JSONText.pretty(ComplianceDocument(try ComplianceSample.report()))
    for _ in 0..<5 {
      #expect(try JSONText.pretty(ComplianceDocument(try ComplianceSample.report())) == first)
    }
  }

  @Test func outcomesAddUp() throws {
    let report = try ComplianceSample.report()
    #expect(
      report.rows.map(\.outcome) == [.compliant, .nonCompliant, .waived, .unknown], "\(report.rows.map(\.breaches))")
    #expect(!report.isCompliant)
    let covered = ComplianceReport(at: report.at, rows: [report.rows[0], report.rows[2]])
    #expect(covered.isCompliant)
  }

  // MARK: CSV

  @Test func csvHasARecordForEachHost() throws {
    let report = try ComplianceSample.report()
    let records = CSVRecords.read(ComplianceCSV.text(report))
    try #require(records.count == report.rows.count + 1)
    #expect(records.allSatisfy { $0.count == records[0].count })
    #expect(Set(records[0]).count == records[0].count)
    #expect(records.dropFirst().map { $0[0] } == report.rows.map(\.host.rawValue))
    let bulletin = try #require(records[0].firstIndex(of: "AMD-SB-3023"))
    for (record, row) in zip(records.dropFirst(), report.rows) {
      #expect(record[bulletin] == row.bulletins.first { $0.bulletin == "AMD-SB-3023" }?.state.rawValue)
    }
    let findings = try #require(records[0].firstIndex(of: "findings"))
    #expect(records[2][findings].contains(ComplianceSample.hostile))
  }

  /// Every statement names its grade and its source, whatever the format.
  @Test func everyStatementNamesItsFact() throws {
    var report = try ComplianceSample.report()
    report.rows[1].breaches.append(
      .init(
        subject: .bulletin("AMD-SB-1"), text: "closed from 2 on", isUnknown: false,
        fact: Fact(grade: .b, sources: ["T1", "T2"])))
    report.rows[1].findings.append(.init(kind: "sevESLost", text: "it is lost", source: "T3", grade: .c))
    let records = CSVRecords.read(ComplianceCSV.text(report))
    let columns = try ["facts", "breaches", "findings"].map { try #require(records[0].firstIndex(of: $0)) }
    let junit = try JUnitReading(ComplianceJUnit.text(report)).cases
    for (index, row) in report.rows.enumerated() {
      let cells = columns.map { records[index + 1][$0] }
      for verdict in row.bulletins { #expect(cells[0].contains("\(verdict.bulletin) \(verdict.fact.text)")) }
      for breach in row.breaches {
        let known = breach.fact?.text ?? "the host's target"
        #expect(cells[1].contains("[\(known)]"), "\(cells[1])")
        let told = breach.waiver == nil ? junit[index].text : junit[index].message
        #expect(told.contains("[\(known)]"), "\(told)")
      }
      for finding in row.findings where finding.source != ComplianceSample.hostile {
        #expect(cells[2].contains("\(finding.source)]"), "\(cells[2])")
        if row.outcome == .nonCompliant { #expect(junit[index].text.contains("\(finding.source)]")) }
      }
    }
    #expect(junit[1].text.contains("closed from 2 on [grade B: T1, T2]"))
    #expect(junit[1].text.contains("sevESLost: it is lost [grade C: T3]"))
  }

  @Test func noCellIsAFormula() throws {
    var report = try ComplianceSample.report()
    for start in ["=", "+", "-", "@", "\t", "\r"] {
      report.rows[0].target = "\(start)1+1"
      report.rows[0].microcode = "a\(start)1"
      let record = CSVRecords.read(ComplianceCSV.text(report))[1]
      #expect(record[3] == "'\(start)1+1" && record.contains("a\(start)1"))
      for cell in record { #expect(cell.first.map { "=+-@\t\r".contains($0) } != true, "\(cell)") }
    }
  }

  // MARK: JUnit

  @Test func junitIsXMLWithACaseForEachHost() throws {
    let report = try ComplianceSample.report()
    let read = try JUnitReading(ComplianceJUnit.text(report))
    #expect(read.cases.map(\.name) == report.rows.map(\.host.rawValue))
    #expect(read.cases.map(\.result) == [nil, "failure", "skipped", "error"])
    for suite in read.suites {
      #expect(suite["tests"] == "4" && suite["failures"] == "1" && suite["errors"] == "1" && suite["skipped"] == "1")
    }
    #expect(read.suites.count == 2 && read.suites[1]["timestamp"] == "2026-11-27T00:00:00")
    let shown = ComplianceSample.hostile.replacing("\u{1}", with: "\u{FFFD}").replacing("\u{FFFF}", with: "\u{FFFD}")
    #expect(read.cases[1].text.contains(shown))
    #expect(read.cases[2].message.contains(shown))
  }
}
