/// Where an operator wrote something: the answer to "who said so?" in messages and reports.
package struct SourceLocation: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The file as it was named on the way in, relative paths kept.
  package var file: String
  /// 1-based line; `nil` where the file as a whole is meant.
  package var line: Int?

  package init(file: String, line: Int? = nil) {
    self.file = file
    self.line = line
  }

  package var description: String { line.map { "\(file):\($0)" } ?? file }
}
