import Foundation

extension LabHost {
  func dmesg(_ question: ToolQuestion) -> ToolAnswer {
    guard question.isRoot else {
      return ToolAnswer.failure("dmesg: read kernel buffer failed: Operation not permitted")
    }
    let human = question.has("-T", "--ctime", "-H")
    let bare = question.has("-t", "--notime")
    let start = log.boots.last?.start ?? 0
    let lines = log.ring.map { line in
      if bare { return line.text + "\n" }
      if human { return "[\(Self.longDate(start + Double(line.microseconds) / 1e6))] \(line.text)\n" }
      return "[\(line.stamp)] \(line.text)\n"
    }
    return ToolAnswer.print(lines.joined())
  }

  func journalctl(_ question: ToolQuestion) -> ToolAnswer {
    guard question.isRoot else {
      return ToolAnswer.failure("No journal files were opened due to insufficient permissions.")
    }
    if question.has("--list-boots") { return ToolAnswer.print(bootList()) }
    guard
      question.has("-k", "--dmesg") || question.arguments.contains("_TRANSPORT=kernel")
        || question.value("-t", "--identifier") == "kernel"
    else { return ToolAnswer.print("-- No entries --\n") }
    guard let boot = selectedBoot(question) else {
      return ToolAnswer.failure("Data from the specified boot is not available: No such boot ID in journal")
    }
    var lines = boot.lines
    if let pattern = question.value("-g", "--grep") {
      guard let expression = try? NSRegularExpression(pattern: pattern, options: Self.matchOptions(pattern)) else {
        return ToolAnswer.failure("Bad pattern \"\(pattern)\"")
      }
      lines = lines.filter {
        expression.firstMatch(in: $0.text, range: NSRange($0.text.startIndex..., in: $0.text)) != nil
      }
    }
    if let count = question.value("-n", "--lines").flatMap(Int.init) { lines = lines.suffix(count) }
    if question.has("-r", "--reverse") { lines.reverse() }
    guard !lines.isEmpty else {
      return ToolAnswer(
        code: question.value("-g", "--grep") == nil ? 0 : 1,
        output: "-- No entries --\n")
    }
    let format = question.value("-o", "--output") ?? "short"
    return ToolAnswer.print(lines.map { journalLine($0, boot, format) + "\n" }.joined())
  }

  /// As journalctl does: a pattern in lower case matches either case.
  private static func matchOptions(_ pattern: String) -> NSRegularExpression.Options {
    pattern == pattern.lowercased() ? [.caseInsensitive] : []
  }

  /// Value of `-b`: nothing, an offset, or a boot id.
  private func selectedBoot(_ question: ToolQuestion) -> KernelLog.Boot? {
    var chosen = "0"
    for (index, argument) in question.arguments.enumerated() {
      if argument.hasPrefix("--boot=") { chosen = String(argument.dropFirst(7)) }
      if argument.hasPrefix("-b"), argument.count > 2 { chosen = String(argument.dropFirst(2)) }
      if argument.hasPrefix("_BOOT_ID=") { chosen = String(argument.dropFirst(9)) }
      if argument == "-b" || argument == "--boot", index + 1 < question.arguments.count {
        let next = question.arguments[index + 1]
        if Int(next) != nil || next.filter({ $0 != "-" }).count == 32 { chosen = next }
      }
    }
    if let offset = Int(chosen), chosen.count < 8 {
      let index = offset <= 0 ? log.boots.count - 1 + offset : offset - 1
      return log.boots.indices.contains(index) ? log.boots[index] : nil
    }
    return log.boots.first { $0.id.filter { $0 != "-" } == chosen.filter { $0 != "-" } }
  }

  private func bootList() -> String {
    log.boots.enumerated().map { index, boot in
      let id = boot.id.filter { $0 != "-" }
      let last = boot.start + Double(boot.lines.last?.microseconds ?? 0) / 1e6
      return "\(Text.padded(index - log.boots.count + 1, width: 3)) \(id) \(Self.longDate(boot.start))"
        + "—\(Self.longDate(last))\n"
    }.joined()
  }

  private func journalLine(_ line: KernelLog.Line, _ boot: KernelLog.Boot, _ format: String) -> String {
    let time = boot.start + Double(line.microseconds) / 1e6
    switch format {
    case "cat": return line.text
    case "short-monotonic": return "[\(line.stamp)] \(name) kernel: \(line.text)"
    case "short-unix": return String(format: "%.6f", time) + " \(name) kernel: \(line.text)"
    case "json":
      let text = line.text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      let id = boot.id.filter { $0 != "-" }
      let fields = [
        "\"_BOOT_ID\":\"\(id)\"", "\"__MONOTONIC_TIMESTAMP\":\"\(line.microseconds)\"",
        "\"__REALTIME_TIMESTAMP\":\"\(Int(time * 1e6))\"", "\"_TRANSPORT\":\"kernel\"",
        "\"SYSLOG_IDENTIFIER\":\"kernel\"", "\"MESSAGE\":\"\(text)\"",
      ]
      return "{" + fields.joined(separator: ",") + "}"
    case "short-iso": return "\(Self.date(time, "%Y-%m-%dT%H:%M:%S+0000")) \(name) kernel: \(line.text)"
    case "short-precise":
      let fraction = Text.padded(Int(time * 1e6) % 1_000_000, width: 6, with: "0")
      return "\(Self.date(time, "%b %d %H:%M:%S")).\(fraction) \(name) kernel: \(line.text)"
    default: return "\(Self.date(time, "%b %d %H:%M:%S")) \(name) kernel: \(line.text)"
    }
  }

  static func longDate(_ time: Double) -> String { date(time, "%a %Y-%m-%d %H:%M:%S UTC") }

  private static func date(_ time: Double, _ format: String) -> String {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, format, &parts)
    return Text.decode(buffer.prefix(count).map { UInt8(bitPattern: $0) })
  }
}
