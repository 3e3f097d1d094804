import FleetCore

/// Lines of bytes that may be anything: split on LF, a CR before it dropped, broken UTF-8 repaired.
enum TextLines {
  static func split(_ bytes: some Collection<UInt8>) -> [String] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
  }
}

extension Substring {
  /// What follows the first occurrence of an ASCII text; `nil` where it does not occur.
  func tail(after needle: String) -> Substring? {
    let pattern = Array(needle.utf8)
    guard let first = pattern.first else { return self }
    var start = utf8.startIndex
    while start != utf8.endIndex {
      if utf8[start] == first {
        var here = start
        var matched = 0
        while matched < pattern.count, here != utf8.endIndex, utf8[here] == pattern[matched] {
          here = utf8.index(after: here)
          matched += 1
        }
        if matched == pattern.count { return self[here...] }
      }
      start = utf8.index(after: start)
    }
    return nil
  }

  func holds(_ needle: String) -> Bool { tail(after: needle) != nil }

  /// Without blanks at either end.
  var trimmed: Substring {
    var bytes = utf8
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
    return Substring(bytes)
  }

  /// The fields between runs of blanks.
  var words: [Substring] {
    utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).map { Substring($0) }
  }

  /// Splits once, at the first `separator` (an ASCII character).
  func cut(_ separator: Character) -> (Substring, Substring)? {
    guard let byte = separator.asciiValue, let index = utf8.firstIndex(of: byte) else { return nil }
    return (self[..<index], self[utf8.index(after: index)...])
  }

  /// The number at the start, in decimal; `nil` without a digit or beyond `limit`.
  func leadingNumber(limit: Int = 1_000_000_000) -> (value: Int, rest: Substring)? {
    var value = 0
    var index = utf8.startIndex
    while index != utf8.endIndex, (0x30...0x39).contains(utf8[index]) {
      value = value * 10 + Int(utf8[index] - 0x30)
      if value > limit { return nil }
      index = utf8.index(after: index)
    }
    return index == utf8.startIndex ? nil : (value, self[index...])
  }

  /// The whole text as an unsigned number: `0x…` in hex, else decimal.
  var number: Int? {
    if hasPrefix("0x") || hasPrefix("0X") {
      let digits = utf8.dropFirst(2)
      guard (1...8).contains(digits.count) else { return nil }
      return Hex.number(Substring(digits))
    }
    guard let (value, rest) = leadingNumber(), rest.utf8.isEmpty else { return nil }
    return value
  }
}

extension String {
  func tail(after needle: String) -> Substring? { self[...].tail(after: needle) }
  func holds(_ needle: String) -> Bool { self[...].holds(needle) }
  var trimmed: Substring { self[...].trimmed }
  var words: [Substring] { self[...].words }
  func cut(_ separator: Character) -> (Substring, Substring)? { self[...].cut(separator) }
  func leadingNumber() -> (value: Int, rest: Substring)? { self[...].leadingNumber() }
  var number: Int? { self[...].number }
}

extension ObservationNote {
  /// Bytes of raw text kept in one note: enough for a tool's message, small beside an observation.
  static let maximumRawBytes = 1024

  /// A note whose raw text is bounded and free of control characters.
  init(source: String, text: String, lines: [String]) {
    var raw = ""
    for line in lines {
      if !raw.isEmpty { raw += "\n" }
      for scalar in line.unicodeScalars {
        if raw.utf8.count >= Self.maximumRawBytes { break }
        let isControl = scalar.properties.generalCategory == .control && scalar != "\t"
        raw.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
      if raw.utf8.count >= Self.maximumRawBytes { break }
    }
    self.init(source: source, text: text, raw: raw)
  }
}
