import ArgumentParser
import FleetCore
import FleetFormats
import FleetPages

/// A form in which the compliance report is written.
enum ComplianceForm: String, ExpressibleByArgument, CaseIterable {
  case table, json, csv, html, junit

  /// Whether it tells of the past as well.
  var tellsThePast: Bool {
    switch self {
    case .table, .json, .html: true
    case .csv, .junit: false
    }
  }

  var contentType: String {
    switch self {
    case .table: "text/plain; charset=utf-8"
    case .json: "application/json"
    case .csv: "text/csv; charset=utf-8"
    case .html: "text/html; charset=utf-8"
    case .junit: "application/xml"
    }
  }

  /// What a file of it ends with.
  var suffix: String {
    switch self {
    case .table: "txt"
    case .json: "json"
    case .csv: "csv"
    case .html: "html"
    case .junit: "xml"
    }
  }

  /// - Parameters:
  ///   - hosts: as the inventory declares them.
  ///   - instant: when the report is made.
  func text(_ report: ComplianceReport, hosts: [Host], isPast: Bool, at instant: Instant) throws -> String {
    switch self {
    case .table: ComplianceText.table(report) + "\n"
    case .json: try JSONText.pretty(ComplianceDocument(report)) + "\n"
    case .csv: ComplianceCSV.text(report)
    case .html:
      ComplianceHtmlReport.render(
        ComplianceModel(report, hosts: hosts, isPast: isPast), title: "the fleet", madeAt: instant)
    case .junit: ComplianceJUnit.text(report)
    }
  }
}
