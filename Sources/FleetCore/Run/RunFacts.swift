/// What was true of a host before and after a run: the evidence that verify compares and reports show.
package struct RunFacts: Hashable, Sendable, Codable {
  package var version: FirmwareVersion?
  /// Platform TCB.
  package var tcb: TCBVersion?
  package var reportedTCB: TCBVersion?
  package var tcbSource: TCBReading.Source?
  package var features: SEVFeatures
  /// Texts of the checks that passed.
  package var passes: [String]
  package var bootID: String?
  package var kernel: String?
  package var afterReboot: FirmwareVersion?
  package var service: ComputeServiceState?
  package var encryptionSlots: [EncryptionModel: Int]?
  package var traits: [String]?
  package var computeUnit: ComputeUnit?
  package var parameters: SEVParameters
  /// ACPI FPDT as read; a reset changes it, a kexec does not.
  package var firmwareBootRecord: String?

  package init(
    version: FirmwareVersion? = nil, tcb: TCBVersion? = nil, reportedTCB: TCBVersion? = nil,
    tcbSource: TCBReading.Source? = nil,
    features: SEVFeatures = SEVFeatures(sev: .unknown, sevES: .unknown, sevSNP: .unknown), passes: [String] = [],
    bootID: String? = nil, kernel: String? = nil, afterReboot: FirmwareVersion? = nil,
    service: ComputeServiceState? = nil, encryptionSlots: [EncryptionModel: Int]? = nil, traits: [String]? = nil,
    computeUnit: ComputeUnit? = nil, parameters: SEVParameters = SEVParameters()
  ) {
    self.version = version
    self.tcb = tcb
    self.reportedTCB = reportedTCB
    self.tcbSource = tcbSource
    self.features = features
    self.passes = passes
    self.bootID = bootID
    self.kernel = kernel
    self.afterReboot = afterReboot
    self.service = service
    self.encryptionSlots = encryptionSlots
    self.traits = traits
    self.computeUnit = computeUnit
    self.parameters = parameters
  }

  /// Whether the next reset changes what runs; `nil`: nobody can tell.
  package var armed: Bool? {
    guard let version, let afterReboot else { return nil }
    return version != afterReboot
  }
}
