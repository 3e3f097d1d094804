import FleetCore

/// What `snphost` prints. Three shapes of `show tcb` exist; one of them lies (FACTS 5).
enum SNPHostText {
  private enum Vector { case reported, platform, committed }

  /// `show tcb`: the vectors by their labels, whatever the line breaks between them. No version of snphost is known that
  /// prints the committed one; under its own heading it must not be taken for another.
  static func tcb(_ lines: [String], generation: SEVGeneration?) -> TCBReading {
    let fields = fields(lines)
    func rejected(_ why: String) -> TCBReading {
      TCBReading(rejected: ObservationNote(source: "snphost show tcb", text: why, lines: lines))
    }
    guard let generation else { return rejected("the CPU's generation is not known") }
    switch (vector(fields[.reported] ?? [:]), vector(fields[.platform] ?? [:])) {
    case (.failure(let why), _): return rejected("reported TCB: \(why.text)")
    case (_, .failure(let why)): return rejected("platform TCB: \(why.text)")
    case (.success(let reported), .success(let platform)):
      if let why = platform.implausibility(for: generation) { return rejected("platform TCB: \(why)") }
      if let why = reported.implausibility(for: generation) { return rejected("reported TCB: \(why)") }
      let committed = fields[.committed].flatMap { try? vector($0).get() }
      return TCBReading(
        reported: reported, platform: platform,
        committed: committed.flatMap { $0.implausibility(for: generation) == nil ? $0 : nil }, source: .snphost)
    }
  }

  private static func fields(_ lines: [String]) -> [Vector: [Substring: Substring]] {
    var fields: [Vector: [Substring: Substring]] = [:]
    var current: Vector?
    for line in lines {
      if line.holds("Reported TCB") { current = .reported }
      if line.holds("Platform TCB") { current = .platform }
      if line.holds("Committed TCB") { current = .committed }
      guard let (label, value) = line.cut(":"), let current else { continue }
      fields[current, default: [:]][label.trimmed] = value.trimmed
    }
    return fields
  }

  private struct Garbled: Error { var text: String }

  private static func vector(_ fields: [Substring: Substring]) -> Result<TCBVersion, Garbled> {
    func component(_ label: Substring) -> UInt8? { fields[label].flatMap { $0.number.flatMap(UInt8.init(exactly:)) } }
    guard let microcode = component("Microcode"), let snp = component("SNP"), let tee = component("TEE"),
      let bootloader = component("Boot Loader")
    else { return .failure(Garbled(text: "a component is missing or no number from 0 to 255")) }
    var fmc: UInt8?
    if let text = fields["FMC"], text != "None" {
      guard let value = component("FMC") else { return .failure(Garbled(text: "the FMC component is no number")) }
      fmc = value
    }
    return .success(TCBVersion(fmc: fmc, bootloader: bootloader, tee: tee, snp: snp, microcode: microcode))
  }

  /// `show version`: `1.55`, without a build.
  static func version(_ lines: [String]) -> String? {
    for line in lines {
      let text = line.trimmed
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard (2...3).contains(parts.count) else { continue }
      if parts.allSatisfy({ $0.number.flatMap(UInt8.init(exactly:)) != nil }) { return String(text) }
    }
    return nil
  }

  /// `show guests`: the firmware's count, alone on its line.
  static func guests(_ lines: [String]) -> Int? {
    let numbers = lines.compactMap { $0.trimmed.number }
    return numbers.count == 1 ? numbers[0] : nil
  }
}
