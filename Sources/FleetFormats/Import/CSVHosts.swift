import FleetCore

/// Hosts of a CSV file whose first line names the columns; `groups` are separated by blanks or semicolons.
package enum CSVHosts {
  /// Columns that are understood; only `name` must be there.
  package static let columns = ["name", "address", "port", "user", "compute_host", "failure_domain", "groups"]

  package static func read(_ bytes: [UInt8], file: String) -> Result<[ImportedHost], Diagnostics> {
    let log = DiagnosticLog(file: file)
    guard let text = FileText.read(bytes, log: log) else { return ImportCollector(log: log).result }
    var records = CSVText.records(text, log: log)
    guard !records.isEmpty else {
      log.report(.missingKey, line: 1, "the first line must name the columns: \(columns.joined(separator: ","))")
      return ImportCollector(log: log).result
    }
    let header = records.removeFirst()
    let names = header.fields.map { String($0.trimmed).lowercased() }
    for name in names where !columns.contains(name) {
      log.report(.unknownKey, line: header.line, "column \"\(name.shortened)\" is not one of \(columns)")
    }
    for name in Set(names).sorted() where names.count(where: { $0 == name }) > 1 {
      log.report(.duplicateKey, line: header.line, "column \"\(name.shortened)\" is there twice")
    }
    if !names.contains("name") { log.report(.missingKey, line: header.line, "there is no column \"name\"") }
    guard log.entries.isEmpty else { return ImportCollector(log: log).result }
    var collector = ImportCollector(log: log)
    for record in records {
      guard record.fields.count == names.count else {
        log.report(
          .invalidValue, line: record.line, "\(record.fields.count) fields under \(names.count) columns")
        continue
      }
      let row = Dictionary(uniqueKeysWithValues: zip(names, record.fields.map { String($0.trimmed) })).filter {
        !$0.value.isEmpty
      }
      if let host = host(row, record.line, log) { collector.take(host) }
    }
    return collector.result
  }

  private static func host(_ row: [String: String], _ line: Int, _ log: DiagnosticLog) -> ImportedHost? {
    let port = row["port"].map { Int($0) }
    if case .some(.none) = port {
      log.report(.wrongType, line: line, "port must be a whole number, not \"\(row["port", default: ""].shortened)\"")
      return nil
    }
    let name = row["name"] ?? ""
    return ImportedHost(
      name: name, address: row["address"] ?? name, port: port ?? nil, user: row["user"],
      computeHost: row["compute_host"], failureDomain: row["failure_domain"],
      groups: row["groups", default: ""].split { $0 == ";" || $0 == " " }.map(String.init),
      declaredAt: SourceLocation(file: log.file, line: line))
  }
}
