import FleetCore

/// Lines of `snphost ok` and `sevctl ok`: `[ PASS ]   - Microcode support`, two blanks per level, often in colours.
enum ToolCheckText {
  static func parse(_ lines: [String]) -> [ToolCheck] { lines.compactMap(parse) }

  private static func parse(_ coloured: String) -> ToolCheck? {
    let line = withoutColours(coloured)
    guard let (_, rest) = line.cut("["), let (word, text) = rest.cut("]") else { return nil }
    let verdict: ToolCheck.Verdict
    switch word.trimmed {
    case "PASS": verdict = .pass
    case "FAIL": verdict = .fail
    case "SKIP": verdict = .skip
    default: return nil
    }
    guard let (indentation, name) = text.cut("-"), indentation.trimmed.isEmpty, !name.trimmed.isEmpty else {
      return nil
    }
    // One blank stands after the bracket at every level.
    let depth = max(0, (indentation.utf8.count - 1) / 2)
    return ToolCheck(text: String(name.trimmed), verdict: verdict, depth: depth)
  }

  /// Drops terminal sequences (`ESC [ … letter`).
  private static func withoutColours(_ line: String) -> String {
    var text = ""
    var inSequence = false
    for scalar in line.unicodeScalars {
      if scalar == "\u{1B}" {
        inSequence = true
      } else if inSequence {
        if scalar.properties.isAlphabetic { inSequence = false }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
