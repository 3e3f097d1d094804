package import FleetCore

/// The few words of a nova.conf that an audit needs. The file holds passwords: it is filtered on the host, by a command
/// whose every word stands in the sudo rules, and only these words ever leave it.
package enum NovaConfText {
  private enum Section: String, CaseIterable {
    case `default` = "[DEFAULT]"
    case libvirt = "[libvirt]"
    case scheduler = "[filter_scheduler]"
  }

  private static let keys = ["ram_allocation_ratio", "virt_type", "hw_machine_type", "cpu_mode", "enabled_filters"]

  /// Prints the lines of the wanted keys and the headings of sections; ends with 1 where there are none, with 2 where
  /// there is no such file. Followed by the path.
  ///
  /// No word has a blank in it, so that the rule's one line can be split in no other way; no caret, no dollar and no
  /// quote, which have meanings of their own in sudoers. No bounded repetition: outside the C locale grep takes a minute
  /// of them. What the host prints is bounded by whoever reads it.
  package static let filter = [
    "/usr/bin/grep", "-axE", "-e", "[[].*|(\(keys.joined(separator: "|")))[[:blank:]]*[=:].*", "--",
  ]

  /// Finds processes of nova-compute in a listing of `RootCommand.processes`; prints their numbers.
  package static let processFilter =
    "sed -n -E 's#^ *([0-9]+) ([^ ]+ ){0,3}([^ ]*/)?nova-compute( .*)?$#\\1#p' | head -n 1"

  /// What `filter` printed, read as oslo.config reads the file: the last word of a key counts.
  package static func parse(_ text: String, place: NovaConfPlace) -> NovaConf {
    var conf = NovaConf(path: place.path, isInContainer: place.isInContainer)
    var section: Section?
    for line in text.split(separator: "\n") {
      if line.first == "[" {
        section = Section(rawValue: trimmed(line))
        continue
      }
      guard let mark = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { continue }
      let value = unquoted(trimmed(line[line.index(after: mark)...]))
      switch (section, trimmed(line[..<mark])) {
      case (.default?, "ram_allocation_ratio"): conf.ramAllocationRatio = value
      case (.libvirt?, "virt_type"): conf.virtType = value
      case (.libvirt?, "hw_machine_type"): conf.hwMachineType = value
      case (.libvirt?, "cpu_mode"): conf.cpuMode = value
      case (.scheduler?, "enabled_filters"): conf.enabledFilters = filters(value)
      case (.default?, _), (.libvirt?, _), (.scheduler?, _), (nil, _): break
      }
    }
    return conf
  }

  /// `nil`: the list goes on in lines that were not read.
  private static func filters(_ value: String) -> [String]? {
    guard !value.isEmpty, !value.hasSuffix(",") else { return nil }
    return value.split(separator: ",").map { trimmed($0) }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  private static func unquoted(_ text: String) -> String {
    guard text.utf8.count >= 2, let mark = text.first, mark == "\"" || mark == "'", text.last == mark else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }
}
