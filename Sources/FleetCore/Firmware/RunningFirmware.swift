/// Which SEV firmware runs, weighed from every source; two that disagree are a contradiction, never a choice.
package enum RunningFirmware: Hashable, Sendable, Codable {
  case known(FirmwareVersion)
  case contradictory(expected: String, found: String)
  case unknown(why: String)

  package var version: FirmwareVersion? {
    switch self {
    case .known(let version): version
    case .contradictory, .unknown: nil
    }
  }

  package static func judge(_ readings: FirmwareReadings) -> RunningFirmware {
    let logged = readings.kernelLog?.newestVersion
    if let logged, let tool = readings.sevctl, tool != logged {
      return .contradictory(expected: "kernel log \(logged)", found: "sevctl \(tool)")
    }
    if let contradiction = loadContradiction(readings.kernelLog) { return contradiction }
    guard let version = logged ?? readings.sevctl else {
      return .unknown(why: "neither the kernel log nor sevctl names the firmware version that runs")
    }
    if let text = readings.snphost, text != "\(version.major).\(version.minor)", text != version.description {
      let source = logged == nil ? "sevctl" : "kernel log"
      return .contradictory(expected: "\(source) \(version)", found: "snphost \(text)")
    }
    return .known(version)
  }

  /// `SEV API` and `SEV-SNP API` of one load name one firmware.
  private static func loadContradiction(_ log: KernelLogFacts?) -> RunningFirmware? {
    guard let log, let plain = log.apis.last(where: { !$0.isSNP }), let snp = log.apis.last(where: \.isSNP),
      plain.version != snp.version, let first = plain.seconds, let second = snp.seconds,
      abs(first - second) < 1  // one load prints both lines within milliseconds
    else { return nil }
    return .contradictory(expected: "SEV API \(plain.version)", found: "SEV-SNP API \(snp.version)")
  }
}
