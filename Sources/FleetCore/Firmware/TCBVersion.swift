/// The security version numbers of one trusted computing base (AMD SEV-SNP ABI, `TCB_VERSION`; FACTS 1.2).
package struct TCBVersion: Hashable, Sendable, Codable {
  /// From Turin (family 1Ah) on; `nil` before.
  package var fmc: UInt8?
  package var bootloader: UInt8
  package var tee: UInt8
  /// SVN of the SEV firmware: the image's security patch level.
  package var snp: UInt8
  package var microcode: UInt8

  package init(fmc: UInt8? = nil, bootloader: UInt8, tee: UInt8, snp: UInt8, microcode: UInt8) {
    self.fmc = fmc
    self.bootloader = bootloader
    self.tee = tee
    self.snp = snp
    self.microcode = microcode
  }

  /// Decodes the 64-bit form in the layout of a generation with or without FMC.
  package init(raw: UInt64, hasFMC: Bool) {
    func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: raw >> (8 * index)) }
    if hasFMC {
      self.init(fmc: byte(0), bootloader: byte(1), tee: byte(2), snp: byte(3), microcode: byte(7))
    } else {
      self.init(bootloader: byte(0), tee: byte(1), snp: byte(6), microcode: byte(7))
    }
  }

  /// The 64-bit form; the layout follows from whether there is an FMC component.
  package var raw: UInt64 {
    func at(_ value: UInt8, _ index: UInt64) -> UInt64 { UInt64(value) << (8 * index) }
    if let fmc {
      return at(fmc, 0) | at(bootloader, 1) | at(tee, 2) | at(snp, 3) | at(microcode, 7)
    }
    return at(bootloader, 0) | at(tee, 1) | at(snp, 6) | at(microcode, 7)
  }

  /// Why this vector cannot be what a processor of the generation runs; `nil` if it can (FACTS 5, shape 3).
  package func implausibility(for generation: SEVGeneration) -> String? {
    if generation.hasFMC, fmc == nil { return "no FMC component, which \(generation.name) has" }
    if !generation.hasFMC, let fmc { return "FMC \(fmc), which \(generation.name) does not have" }
    if bootloader == 0, tee == 0, snp == 0, microcode == 0 { return "every component is zero" }
    if microcode == 0 { return "microcode component is zero" }
    if snp == 0 { return "SNP component is zero" }
    return nil
  }
}
