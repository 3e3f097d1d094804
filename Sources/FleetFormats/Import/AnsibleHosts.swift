import FleetCore

/// Hosts of an Ansible inventory: YAML where the file's name ends so, INI otherwise.
package enum AnsibleHosts {
  package static func read(_ bytes: [UInt8], file: String) -> Result<[ImportedHost], Diagnostics> {
    let log = DiagnosticLog(file: file)
    var groups = AnsibleGroups()
    if file.hasSuffix(".yaml") || file.hasSuffix(".yml") {
      if let root = YamlParser.parse(bytes, log: log) { readYaml(root, &groups, log) }
    } else if let text = FileText.read(bytes, log: log) {
      readINI(text, &groups, log)
    }
    return groups.collect(log: log)
  }

  // MARK: YAML

  private static func readYaml(_ root: YamlNode, _ groups: inout AnsibleGroups, _ log: DiagnosticLog) {
    for field in YamlField(name: "the inventory", node: root, log: log).entries() ?? [] {
      readGroup(field, &groups)
    }
  }

  private static func readGroup(_ group: YamlField, _ groups: inout AnsibleGroups) {
    guard !group.isNull else { return }
    for field in group.entries() ?? [] {
      switch field.name {
      case "hosts":
        for host in field.isNull ? [] : field.entries() ?? [] {
          var variables: [String: String] = [:]
          for variable in host.isNull ? [] : host.entries() ?? [] {
            if case .scalar(let text, _) = variable.node.content { variables[variable.name] = text }
          }
          add(host.name, group.name, variables, line: host.keyLine, &groups, group.log)
        }
      case "children":
        for child in field.isNull ? [] : field.entries() ?? [] {
          groups.add(child: child.name, to: group.name)
          readGroup(child, &groups)
        }
      case "vars": break
      default:
        group.log.report(
          .unknownKey, line: field.keyLine, "a group has hosts, children and vars, not \(field.name.shortened)")
      }
    }
  }

  // MARK: INI

  private static func readINI(_ text: String, _ groups: inout AnsibleGroups, _ log: DiagnosticLog) {
    var section = "ungrouped"
    var kind = Substring("hosts")
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = String(raw.trimmed)
      guard !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix(";") else { continue }
      if line.hasPrefix("[") {
        guard line.hasSuffix("]") else {
          log.report(.syntax, line: index + 1, "a section ends with ]")
          continue
        }
        let parts = line.dropFirst().dropLast().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        section = parts.first.map(String.init) ?? ""
        kind = parts.count > 1 ? parts[1] : "hosts"
        if !["hosts", "children", "vars"].contains(kind) {
          log.report(.syntax, line: index + 1, "a section is of hosts, children or vars, not \(String(kind).shortened)")
        }
        continue
      }
      switch kind {
      case "hosts": readHost(line, section, index + 1, &groups, log)
      case "children": groups.add(child: line.split(separator: " ").first.map(String.init) ?? line, to: section)
      default: break
      }
    }
  }

  private static func readHost(
    _ line: String, _ section: String, _ number: Int, _ groups: inout AnsibleGroups, _ log: DiagnosticLog
  ) {
    guard let words = words(line) else {
      log.report(.syntax, line: number, "a quote is not closed")
      return
    }
    guard let name = words.first else { return }
    var variables: [String: String] = [:]
    for word in words.dropFirst() {
      guard let equals = word.firstIndex(of: "=") else {
        log.report(.syntax, line: number, "behind the host stand KEY=VALUE, not \(word.shortened)")
        continue
      }
      variables[String(word[..<equals])] = String(word[word.index(after: equals)...])
    }
    add(name, section, variables, line: number, &groups, log)
  }

  /// Words as a shell reads them: quotes group, `#` begins a comment; `nil`: a quote is not closed.
  private static func words(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character == " " || character == "\t" {
        if let whole = word { words.append(whole) }
        word = nil
      } else if character == "#", word == nil {
        return words
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return quote == nil ? words : nil
  }

  // MARK: Ranges

  /// `sev-a[01:10]` stands for ten hosts, `sev-[a:c]` for three.
  private static func add(
    _ pattern: String, _ group: String, _ variables: [String: String], line: Int, _ groups: inout AnsibleGroups,
    _ log: DiagnosticLog
  ) {
    guard let open = pattern.firstIndex(of: "[") else {
      groups.add(pattern, to: group, variables, line: line)
      return
    }
    guard let close = pattern[open...].firstIndex(of: "]"), pattern[close...].firstIndex(of: "[") == nil,
      let range = HostRange(pattern[pattern.index(after: open)..<close])
    else {
      log.report(.syntax, line: line, "\(pattern.shortened) is not one range such as [01:10] or [a:f]")
      return
    }
    for part in range.parts {
      groups.add(
        pattern[..<open] + part + pattern[pattern.index(after: close)...], to: group, variables, line: line)
    }
  }
}

/// What stands in brackets in an Ansible host pattern.
private struct HostRange {
  /// More hosts than a range ever means; a slip must not cost memory.
  private static let maximum = 10_000

  var parts: [String] = []

  init?(_ text: Substring) {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(ends.count), let step = ends.count == 3 ? Int(ends[2]) : 1, step > 0 else { return nil }
    if let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, first <= last {
      guard (last - first) / step < Self.maximum else { return nil }
      let width = ends[0].hasPrefix("0") ? ends[0].count : 0
      parts = stride(from: first, through: last, by: step).map { number in
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
    } else if ends[0].utf8.count == 1, ends[1].utf8.count == 1, let first = ends[0].utf8.first,
      let last = ends[1].utf8.first, first <= last, Self.isLetter(first), Self.isLetter(last)
    {
      parts = stride(from: first, through: last, by: step).map { String(UnicodeScalar($0)) }
    } else {
      return nil
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) }
}
