package import FleetCore

/// SEV lines of the kernel log, as `dmesg` and `journalctl -k -o short-monotonic` print them (FACTS 2.6, 2.13).
///
/// Only what the driver (`ccp`) or `kvm_amd` says counts. Lines that name an absent firmware file are noise.
package enum KernelLogText {
  package enum Source: String, Sendable, CaseIterable { case dmesg, journal = "journalctl" }

  /// `since`: only lines newer than this many seconds after boot, for what a reload printed; `nil`: all of them.
  package static func parse(_ text: some StringProtocol, source: Source, since: Double? = nil) -> KernelLogFacts {
    parse(TextLines.split(Array(text.utf8)), source: source, since: since)
  }

  static func parse(_ lines: [String], source: Source, since: Double? = nil) -> KernelLogFacts {
    var facts = KernelLogFacts(source: source.rawValue)
    var memory = Memory()
    for line in lines {
      let entry = Entry(line, source: source)
      if let since {
        guard let seconds = entry.seconds, seconds > since else { continue }
      }
      if entry.text.hasPrefix("Linux version ") { facts.reachesBoot = true }
      if let message = entry.driverMessage {
        readDriver(message, entry, &facts)
      } else {
        readMachine(entry.text, &memory)
      }
    }
    facts.snpEnabled = memory.snpByKVM
    facts.hasRMPTable = memory.hasTable
    facts.sevESUnusable = memory.esUnusable ?? false
    return facts
  }

  /// What later lines may correct: a reload prints them anew.
  private struct Memory {
    var snpByKVM: Bool?
    var hasTable: Bool?
    var esUnusable: Bool?
  }

  /// One line, its time told apart from its text.
  private struct Entry {
    var seconds: Double?
    var text: Substring
    var line: String

    init(_ line: String, source: Source) {
      self.line = line
      text = line.trimmed
      while text.hasPrefix("["), let (stamp, rest) = text.dropFirst().cut("]") {
        if seconds == nil { seconds = KernelLogText.seconds(stamp.trimmed) }
        // A second bracket is the caller's id (CONFIG_PRINTK_CALLER).
        text = rest.trimmed
      }
      if source == .journal, let message = text.tail(after: " kernel: ") { text = message }
    }

    /// The message behind `ccp 0000:43:00.1: `.
    var driverMessage: Substring? {
      guard text.hasPrefix("ccp "), let message = text.tail(after: ": ") else { return nil }
      return message
    }
  }

  /// `4.496365`; nothing else is a time.
  private static func seconds(_ stamp: Substring) -> Double? {
    guard stamp.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
    return Double(stamp)
  }

  private static func readDriver(_ message: Substring, _ entry: Entry, _ facts: inout KernelLogFacts) {
    if message.holds("timed out") || message.holds("disabling PSP") || message.holds("PSP is dead") {
      facts.timeouts.append(entry.line)
    } else if message == "sev enabled" {
      facts.probedAt = entry.seconds ?? facts.probedAt
    } else if message.hasPrefix("SEV API:") || message.hasPrefix("SEV-SNP API:") {
      guard let version = apiVersion(message) else { return }
      let isSNP = message.hasPrefix("SEV-SNP")
      facts.apis.append(.init(seconds: entry.seconds, version: version, isSNP: isSNP, line: entry.line))
    } else if let change = message.tail(after: "SEV firmware updated from ") {
      let words = change.words
      guard words.count >= 3, words[1] == "to", let from = FirmwareVersion(decimal: words[0]),
        let to = FirmwareVersion(decimal: words[2])
      else { return }
      facts.updates.append(.init(seconds: entry.seconds, from: from, to: to, line: entry.line))
    } else if message.hasPrefix("SEV firmware update successful") {
      facts.updates.append(.init(seconds: entry.seconds, from: nil, to: nil, line: entry.line))
    } else if message.hasPrefix("SEV"), message.holds("INIT"), message.holds("fail"), let code = errorCode(message) {
      facts.initErrors.append(.init(seconds: entry.seconds, code: code, line: entry.line))
    }
  }

  /// `SEV API:1.55 build:31`.
  private static func apiVersion(_ message: Substring) -> FirmwareVersion? {
    guard let number = message.tail(after: " API:")?.words.first, let (major, minor) = number.cut("."),
      let build = message.tail(after: " build:")?.words.first
    else { return nil }
    return FirmwareVersion(decimal: "\(major).\(minor).\(build)")
  }

  /// The PSP's number in `failed to INIT error 0x1, rc -5`, `INIT failed 0x1, rc -5` and
  /// `INIT failed rc -5, error 0x1`.
  private static func errorCode(_ message: Substring) -> Int? {
    for label in ["error ", "INIT failed ", "INIT_EX failed "] {
      guard let rest = message.tail(after: label) else { continue }
      let word = rest.prefix { $0 != "," && $0 != " " }
      if let code = word.number { return code }
    }
    return nil
  }

  /// Lines of kvm and of the memory set-up. Older kernels print kvm's without a prefix.
  private static func readMachine(_ text: Substring, _ memory: inout Memory) {
    let message = text.hasPrefix("kvm_amd: ") ? text.dropFirst("kvm_amd: ".count) : text
    if message.hasPrefix("SEV-SNP: RMP table physical range") {
      memory.hasTable = true
    } else if message.hasPrefix("SEV-SNP enabled") || message.hasPrefix("SEV-SNP supported") {
      memory.snpByKVM = true
    } else if message.hasPrefix("SEV-ES and SEV-SNP supported") {
      memory.snpByKVM = true
      memory.esUnusable = false
    } else if message.hasPrefix("SEV-SNP disabled") || message.hasPrefix("SEV-SNP unusable") {
      memory.snpByKVM = false
    } else if message.hasPrefix("SEV-ES unusable") {
      memory.esUnusable = true
    } else if message.hasPrefix("SEV-ES enabled") || message.hasPrefix("SEV-ES supported") {
      memory.esUnusable = false
    }
  }
}

extension KernelLogFacts {
  /// Only what is newer than a moment, such as the start of a reload (FACTS 2.6). Entries without a time drop out.
  package func newer(than seconds: Double) -> KernelLogFacts {
    var facts = self
    facts.apis.removeAll { ($0.seconds ?? -1) <= seconds }
    facts.updates.removeAll { ($0.seconds ?? -1) <= seconds }
    facts.initErrors.removeAll { ($0.seconds ?? -1) <= seconds }
    return facts
  }
}
