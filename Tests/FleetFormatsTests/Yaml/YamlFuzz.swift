import Foundation

/// Makes inputs for the YAML readers: damaged good files, and noise of YAML's own words.
struct YamlFuzz {
  var random: SplitMix
  /// How many inputs: SEVFLEET_FUZZ_YAML, else few enough for every run.
  static let count = ProcessInfo.processInfo.environment["SEVFLEET_FUZZ_YAML"].flatMap { Int($0) } ?? 3000
  /// SEVFLEET_FUZZ_SEED repeats a run.
  static let seed =
    ProcessInfo.processInfo.environment["SEVFLEET_FUZZ_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0...UInt64.max)

  private static let pieces = [
    "&a ", "*a", "!!int ", "? ", ": ", "- ", "[", "]", "{", "}", ",", "\"", "'", "|\n", ">\n", "#", "%", "@", "`",
    "---\n",
    "...\n", "<<: *a", "~", "null", "1.55", "1.55.36", "0x1.37.24", "5%", "10m", "99999999999999999999", "-1", "\t",
    "\r\n", "\u{0}", "\u{FEFF}", "\u{E000}", "é", "\\x", "\\uD800", "true", "yes", "name: ", "hosts:\n", "  ", "\n",
    "policy: {", "argv: [", "/", "..", "~/", "factory", "backup", "fam19h_model0xh", "\u{301}", "👩‍👩‍👧",
  ]

  /// A good text with a few bytes, lines or pieces put in, taken out, doubled or swapped.
  mutating func mutated(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let length = min(Int.random(in: 1...12, using: &random), bytes.count - place)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: bytes.insert(contentsOf: piece(), at: place)
    case 1: bytes.replaceSubrange(place..<place + length, with: piece())
    case 2: bytes.removeSubrange(place..<place + length)
    case 3: bytes.insert(contentsOf: Array(bytes[place..<place + length]), at: place)
    case 4 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 5: swapLines(&bytes)
    default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<7, using: &random) }
    }
  }

  private mutating func swapLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    guard let source = lines.indices.randomElement(using: &random),
      let target = lines.indices.randomElement(using: &random)
    else { return }
    if Bool.random(using: &random) { lines.swapAt(source, target) } else { lines.insert(lines[source], at: target) }
    bytes = Array(lines.joined(separator: [0x0A]))
  }

  private mutating func piece() -> [UInt8] { Array(Self.pieces.randomElement(using: &random)?.utf8 ?? "".utf8) }

  /// Words of YAML in no order at all.
  mutating func noise() -> [UInt8] {
    (0..<Int.random(in: 0...40, using: &random)).flatMap { _ in piece() }
  }
}
