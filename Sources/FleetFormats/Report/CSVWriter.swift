/// Records as RFC 4180 has them: CRLF line ends, quotes where they are needed.
struct CSVWriter {
  private(set) var text = ""

  /// Adds one record. A cell that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text.
  mutating func add(_ cells: [String]) {
    text += cells.map(Self.cell).joined(separator: ",") + "\r\n"
  }

  private static let formulas: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r"]
  private static let special: Set<Unicode.Scalar> = [",", "\"", "\r", "\n"]

  private static func cell(_ value: String) -> String {
    let safe = value.unicodeScalars.first.map(formulas.contains) == true ? "'" + value : value
    guard safe.unicodeScalars.contains(where: special.contains) else { return safe }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }
}
