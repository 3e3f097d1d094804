import FleetFormats
import Glibc

/// Data goes to standard output, progress and logs to standard error.
struct Output: Sendable {
  var json: Bool
  var color: Bool

  init(_ options: GlobalOptions) {
    json = options.json
    color = !options.noColor && getenv("NO_COLOR") == nil && isatty(1) == 1
  }

  /// One JSON document.
  func document(_ value: some Encodable) throws {
    do {
      Self.write(try JSONText.pretty(value) + "\n", to: 1)
    } catch {
      throw CommandError(ExitStatus.failed, "output", "\(error)")
    }
  }

  func line(_ text: String = "") { Self.write(text + "\n", to: 1) }

  static func note(_ text: String) { write(text + "\n", to: 2) }

  /// The whole text or, where the reader went away, nothing more.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// A table for people: columns as wide as their widest cell, headings first.
struct TextTable {
  private var rows: [[String]]

  init(_ headings: [String]) { rows = [headings] }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column + 1 < row.count { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      return line
    }.joined(separator: "\n")
  }
}
