/// The security processor of one host: what runs, and what it accepts.
struct SecurityProcessor: Sendable {
  enum Answer: Sendable, Equatable {
    case updated(from: LabVersion)
    /// The same build again: taken, and nothing changes.
    case same
    /// Too old, malformed or for other processors. Nobody is told.
    case refused
  }

  let processor: LabProcessor
  let floor: LabVersion
  let floorSPL: UInt8
  let bootloader: UInt8
  private(set) var running: LabVersion
  private(set) var spl: UInt8
  var initialized = false
  /// SNP_CONFIG: the reported `snp`, if it is pinned.
  private(set) var reportedPin: UInt8?

  init(spec: LabHostSpec) {
    processor = spec.processor
    floor = spec.biosFirmware
    floorSPL = spec.biosSPL
    bootloader = spec.bootloaderSVN
    running = floor
    spl = floorSPL
  }

  /// Power-on: the BIOS copy runs, nothing is initialised or pinned.
  mutating func reset() {
    running = floor
    spl = floorSPL
    initialized = false
    reportedPin = nil
  }

  mutating func pinReported(_ snp: UInt8?) { reportedPin = snp }

  /// DOWNLOAD_FIRMWARE: the same build or a newer one, for this processor.
  mutating func download(_ bytes: [UInt8]) -> Answer {
    guard let image = LabImage(reading: bytes), image.family == nil || image.family == processor.familyKey,
      image.version >= running
    else { return .refused }
    reportedPin = nil
    guard image.version > running else { return .same }
    let before = running
    running = image.version
    spl = image.spl
    return .updated(from: before)
  }

  /// Current TCB; nil where the processor has none.
  var platformTCB: LabTCB? {
    guard processor.supportsSNP else { return nil }
    return LabTCB(
      fmc: processor.hasFMC ? 1 : nil, bootloader: bootloader, tee: 0, snp: spl,
      microcode: UInt8(truncatingIfNeeded: processor.microcode))
  }

  var reportedTCB: LabTCB? {
    guard var tcb = platformTCB else { return nil }
    if let reportedPin { tcb.snp = min(reportedPin, tcb.snp) }
    return tcb
  }

  /// Whether SEV-ES guests are refused while SNP is on.
  var refusesSEVES: Bool {
    guard let limit = processor.sevESRefusedFrom else { return false }
    return spl >= limit
  }
}
