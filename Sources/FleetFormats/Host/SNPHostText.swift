import FleetCore

/// What `snphost` prints. Three shapes of `show tcb` exist; one of them lies (FACTS 5).
enum SNPHostText {
  /// `show tcb`: the reported and the platform vector by their labels, whatever the line breaks between them.
  static func tcb(_ lines: [String], generation: SEVGeneration?) -> TCBReading {
    var reported: [Substring: Substring] = [:]
    var platform: [Substring: Substring] = [:]
    var isPlatform: Bool?
    for line in lines {
      if line.holds("Reported TCB") { isPlatform = false }
      if line.holds("Platform TCB") { isPlatform = true }
      guard let (label, value) = line.cut(":"), let isPlatform else { continue }
      if isPlatform { platform[label.trimmed] = value.trimmed } else { reported[label.trimmed] = value.trimmed }
    }
    func rejected(_ why: String) -> TCBReading {
      TCBReading(rejected: ObservationNote(source: "snphost show tcb", text: why, lines: lines))
    }
    guard let generation else { return rejected("the CPU's generation is not known") }
    switch (vector(reported), vector(platform)) {
    case (.failure(let why), _): return rejected("reported TCB: \(why.text)")
    case (_, .failure(let why)): return rejected("platform TCB: \(why.text)")
    case (.success(let reported), .success(let platform)):
      if let why = platform.implausibility(for: generation) { return rejected("platform TCB: \(why)") }
      if let why = reported.implausibility(for: generation) { return rejected("reported TCB: \(why)") }
      return TCBReading(reported: reported, platform: platform, source: .snphost)
    }
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
