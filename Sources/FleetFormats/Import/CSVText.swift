/// Records of a CSV file as RFC 4180 has them: commas, quoted fields with doubled quotes, LF or CRLF.
struct CSVText {
  struct Record: Hashable {
    var fields: [String]
    /// Line on which it begins, from 1.
    var line: Int
  }

  /// Empty lines are skipped. Reports a quote that is not closed, or that stands inside an unquoted field.
  static func records(_ text: String, log: DiagnosticLog) -> [Record] {
    var reader = CSVText(log: log)
    for scalar in text.unicodeScalars { reader.take(scalar) }
    reader.end()
    return reader.records
  }

  private enum State { case plain, quoted, closed }

  private let log: DiagnosticLog
  private var records: [Record] = []
  private var fields: [String] = []
  private var field = String.UnicodeScalarView()
  private var state = State.plain
  private var line = 1
  private var begins = 1

  private init(log: DiagnosticLog) { self.log = log }

  private mutating func take(_ scalar: Unicode.Scalar) {
    switch (state, scalar) {
    case (.quoted, "\""): state = .closed
    case (.quoted, _): field.append(scalar)
    case (.closed, "\""):
      field.append(scalar)
      state = .quoted
    case (.plain, "\"") where field.isEmpty: state = .quoted
    case (.plain, "\""):
      log.report(.syntax, line: line, "a quote belongs around a whole field; one inside is doubled")
      field.append(scalar)
    case (_, ","): endField()
    case (_, "\r"): break
    case (_, "\n"): endRecord()
    case (.plain, _): field.append(scalar)
    case (.closed, _):
      log.report(.syntax, line: line, "behind a closing quote comes a comma")
      field.append(scalar)
      state = .plain
    }
    if scalar == "\n" { line += 1 }
    if scalar == "\n", state == .plain, fields.isEmpty, field.isEmpty { begins = line }
  }

  private mutating func endField() {
    fields.append(String(field))
    field = .init()
    state = .plain
  }

  private mutating func endRecord() {
    endField()
    if fields != [""] { records.append(Record(fields: fields, line: begins)) }
    fields = []
  }

  private mutating func end() {
    if state == .quoted { log.report(.syntax, line: begins, "a quote is not closed") }
    if !field.isEmpty || !fields.isEmpty || state == .closed { endRecord() }
  }
}
