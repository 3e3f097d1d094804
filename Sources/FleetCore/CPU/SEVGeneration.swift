/// A family of EPYC processors with one kind of SEV firmware. Which CPU belongs to which is a row of `Facts`.
package struct SEVGeneration: Hashable, Sendable, Codable {
  /// AMD's code name, for example `Milan`; `Bergamo/Siena` where cpuinfo cannot tell them apart.
  package var name: String
  package var family: Int
  /// First and last model of the range.
  package var firstModel: Int
  package var lastModel: Int
  /// Zen generation: 1 to 5; the SEV-ES rule is keyed by it.
  package var zen: Int
  /// Whether the processor has SEV-SNP at all.
  package var hasSNP: Bool
  /// Whether its TCB has an FMC component (family 1Ah on, FACTS 1.2).
  package var hasFMC: Bool
  /// AMD says that firmware comes with the BIOS, although files exist (FACTS 4).
  package var biosPreferred: Bool
  package var fact: Fact

  package init(
    name: String, family: Int, firstModel: Int, lastModel: Int, zen: Int, hasSNP: Bool, hasFMC: Bool,
    biosPreferred: Bool = false, fact: Fact
  ) {
    self.name = name
    self.family = family
    self.firstModel = firstModel
    self.lastModel = lastModel
    self.zen = zen
    self.hasSNP = hasSNP
    self.hasFMC = hasFMC
    self.biosPreferred = biosPreferred
    self.fact = fact
  }

  package func covers(_ cpu: CPUIdentity) -> Bool {
    cpu.family == family && (firstModel...lastModel).contains(cpu.model)
  }
}
