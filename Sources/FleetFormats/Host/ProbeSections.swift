import FleetCore

/// A probe's answer, cut into its parts by the marks that carry the host's random number.
struct ProbeSections: Sendable {
  struct Section: Sendable {
    /// Lines without the script's marks.
    var lines: [String] = []
    /// Exit status of the (last) command; `nil`: none ran, it timed out, or its output was cut.
    var status: Int?
    /// What sudo refused: the commands, as one line each.
    var refused: [String] = []
    /// Whether the end mark is there.
    var isEnded = false
  }

  private(set) var sections: [ProbeSection: Section] = [:]
  private(set) var isComplete = false
  private(set) var last: ProbeSection?

  /// Parts in the answer that this reader does not know: a newer script's.
  private(set) var unknown: [String] = []

  static func read(_ output: some Collection<UInt8>) -> Result<ProbeSections, ProbeTextError> {
    let lines = TextLines.split(output)
    guard let start = lines.firstIndex(where: { $0.hasPrefix(announcement) }) else {
      return .failure(.noAnswer(raw: ObservationNote(source: "", text: "", lines: Array(lines.prefix(20))).raw))
    }
    var result = ProbeSections()
    let mark = "#" + lines[start].dropFirst(announcement.count) + " "
    guard mark.utf8.count > 2 else { return .failure(.noAnswer(raw: lines[start])) }
    result.read(lines[(start + 1)...], mark: mark)
    guard result.isComplete else { return .failure(.truncated(after: result.last?.rawValue)) }
    return .success(result)
  }

  private static let announcement = "sevfleet-probe/1 "

  private mutating func read(_ lines: ArraySlice<String>, mark: String) {
    var open: ProbeSection?
    var section = Section()
    for line in lines {
      guard line.hasPrefix(mark) else {
        if open != nil { section.lines.append(line) }
        continue
      }
      let words = line.dropFirst(mark.count).words
      switch (words.first, words.count) {
      case ("begin", 2):
        open = ProbeSection(rawValue: String(words[1]))
        if open == nil { unknown.append(String(words[1])) }
        section = Section()
      case ("end", 2):
        guard let known = open, known.rawValue == words[1] else { continue }
        section.isEnded = true
        while section.lines.last?.isEmpty == true { section.lines.removeLast() }
        if sections[known] == nil { sections[known] = section }
        last = known
        open = nil
      case ("status", 2): section.status = words[1].number
      case ("sudo", let count) where count >= 3:
        // Exit 1 with leave to run it is the tool's own, unless sudo itself speaks (a password is wanted after all).
        if words[1] != "0" || section.lines.contains(where: { $0.hasPrefix("sudo: ") }) {
          section.refused.append(words[2...].joined(separator: " "))
        }
      case ("done", 1): isComplete = true
      default: continue
      }
    }
  }

  subscript(section: ProbeSection) -> Section? { sections[section] }

  /// Lines of a part, empty where it is missing.
  func lines(_ section: ProbeSection) -> [String] { sections[section]?.lines ?? [] }

  /// Lines of a tool that ended with 0; `nil` otherwise.
  func answer(_ section: ProbeSection) -> [String]? {
    guard let found = sections[section], found.isEnded, found.status == 0 else { return nil }
    return found.lines
  }

  /// The value of a `key=value` line.
  func value(_ key: String, in section: ProbeSection = .values) -> String? {
    let prefix = key + "="
    return lines(section).first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// The values of every `key=value` line.
  func values(_ key: String, in section: ProbeSection = .values) -> [String] {
    let prefix = key + "="
    return lines(section).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }
}
