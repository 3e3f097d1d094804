import FleetCore
import Yams

/// Reads one YAML document into `YamlNode`s, or says what is wrong with it.
///
/// Before the text reaches the YAML library every `*` is replaced by a private-use character: an alias then is a plain
/// scalar that can be named in an error, and no text can make the library expand one (the "billion laughs").
/// For the same reason a duplicate key, at which the library gives up, is made unique and the text parsed again.
struct YamlParser {
  let log: DiagnosticLog
  private var text: String.UnicodeScalarView
  /// Private-use stand-ins in `text` and what they stand for.
  private var standIns: [Unicode.Scalar: Unicode.Scalar] = [Self.star: "*"]
  private var duplicatesFound = 0

  private static let star: Unicode.Scalar = "\u{E000}"
  private static let reserved: ClosedRange<Unicode.Scalar> = "\u{E000}"..."\u{E0FF}"

  /// The document of a file as it lies on the disk; `nil` after an error in `log`. A file without content is an empty
  /// mapping.
  static func parse(_ bytes: [UInt8], log: DiagnosticLog) -> YamlNode? {
    guard let text = FileText.read(bytes, log: log), let prepared = prepare(text.unicodeScalars, log: log) else {
      return nil
    }
    var parser = YamlParser(log: log, text: prepared)
    return parser.run()
  }

  private init(log: DiagnosticLog, text: String.UnicodeScalarView) {
    self.log = log
    self.text = text
  }

  /// Refuses what YAML cannot hold (and our stand-ins), and takes the meaning from every `*`.
  private static func prepare(_ text: String.UnicodeScalarView, log: DiagnosticLog) -> String.UnicodeScalarView? {
    var line = 1
    var prepared = String.UnicodeScalarView()
    for scalar in text {
      if scalar == "\n" { line += 1 }
      guard isAllowed(scalar) else {
        log.report(.notText, line: line, "the character U+\(Hex.padded(scalar.value, 4).uppercased()) is not allowed")
        return nil
      }
      prepared.append(scalar == "*" ? star : scalar)
    }
    return prepared
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E: true
    // Line separators of Unicode would make the library's line numbers differ from every editor's.
    case 0x2028, 0x2029: false
    case 0xA0...0xD7FF, 0xE100...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  private mutating func run() -> YamlNode? {
    while true {
      do {
        let parser = try Parser(yaml: String(text), resolver: .basic, encoding: .utf8)
        let root = try parser.singleRoot()
        // The parser owns the anchors that the nodes only refer to.
        return withExtendedLifetime(parser) { document(root) }
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        guard rename(names.first ?? "", at: context.mark) else {
          log.report(.duplicateKey, line: context.mark.line, "duplicate key \"\(restored(names.first ?? ""))\"")
          return nil
        }
      } catch {
        report(error)
        return nil
      }
    }
  }

  private func document(_ root: Node?) -> YamlNode? {
    guard let root else { return YamlNode(content: .mapping([]), line: 1) }
    let before = log.entries.count
    let node = YamlTree(log: log, restored: restored).node(root, depth: 1)
    let broken = log.entries[before...].contains { $0.kind != .duplicateKey }
    guard let node, !broken else { return nil }
    return node.isNull ? YamlNode(content: .mapping([]), line: 1) : node
  }

  // MARK: Duplicate keys

  /// Makes one occurrence of a duplicate key unique; `false` if it cannot be found or there are too many.
  private mutating func rename(_ key: String, at mark: Mark) -> Bool {
    duplicatesFound += 1
    guard duplicatesFound <= YamlLimits.duplicateKeys, let first = key.unicodeScalars.first,
      let standIn = Unicode.Scalar(Self.reserved.lowerBound.value + UInt32(duplicatesFound)),
      var index = index(of: mark)
    else { return false }
    if index < text.endIndex, text[index] == "\"" || text[index] == "'" { index = text.index(after: index) }
    guard index < text.endIndex, text[index] == first else { return false }
    standIns[standIn] = standIns[first] ?? first
    text.replaceSubrange(index...index, with: CollectionOfOne(standIn))
    return true
  }

  private func index(of mark: Mark) -> String.UnicodeScalarView.Index? {
    var index = text.startIndex
    for _ in 1..<max(1, mark.line) {
      guard let end = text[index...].firstIndex(where: { $0 == "\n" || $0 == "\r" }) else { return nil }
      index = text.index(after: end)
      if text[end] == "\r", index < text.endIndex, text[index] == "\n" { index = text.index(after: index) }
    }
    return text.index(index, offsetBy: mark.column - 1, limitedBy: text.endIndex)
  }

  /// The text with every stand-in replaced by what it stands for.
  private func restored(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: Self.reserved.contains) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(standIns[scalar] ?? scalar) }
    return String(result)
  }

  // MARK: Errors of the library

  private func report(_ error: any Error) {
    guard let error = error as? YamlError else {
      return log.report(.syntax, line: nil, "the file is not YAML")
    }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
      log.report(.syntax, line: mark.line, "not YAML: \(restored(problem))\(place)")
    case .composer(_, _, let mark, _):
      // The only composer error left: aliases, the other one, never reach the library.
      log.report(.severalDocuments, line: mark.line, "a second document starts here; a file holds one")
    case .reader(let problem, _, _, _):
      log.report(.notText, line: nil, "not YAML: \(problem)")
    case .memory, .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .duplicatedKeysInMapping:
      log.report(.syntax, line: nil, "the file could not be parsed")
    }
  }
}
