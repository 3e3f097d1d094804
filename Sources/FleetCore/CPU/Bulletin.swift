/// An AMD security bulletin and what closes it, per product. For compliance; blank is unknown, never "ok".
package struct Bulletin: Hashable, Sendable, Codable {
  /// What a host must reach.
  package enum Requirement: Hashable, Sendable, Codable {
    /// Platform initialisation (AGESA) name of the BIOS.
    case agesa(String)
    case firmware(FirmwareVersion)
    /// SNP security version of the platform TCB.
    case snp(Int)
    /// Microcode revision as the kernel prints it; compares only inside one family, model and stepping.
    case microcode(Int)
    /// Microcode component of the platform TCB.
    case microcodeTCB(Int)
    /// Bit of the mitigation vector that must be set.
    case mitigationBit(Int)
  }

  /// One requirement for one product, with its own grade: AMD's record often gives less than those who quote it.
  package struct Floor: Hashable, Sendable, Codable {
    /// AMD's code name, finer than a generation: `Milan-X`, `Siena`.
    package var product: String
    package var requirement: Requirement
    package var fact: Fact

    package init(product: String, requirement: Requirement, fact: Fact) {
      self.product = product
      self.requirement = requirement
      self.fact = fact
    }
  }

  /// `AMD-SB-3023`.
  package var id: String
  package var cves: [String]
  /// The researchers' name, if there is one.
  package var name: String?
  package var floors: [Floor]
  /// What is to be done besides.
  package var steps: [String]
  package var note: String?
  /// Grade and sources of the record itself.
  package var fact: Fact

  package init(
    id: String, cves: [String], name: String? = nil, floors: [Floor], steps: [String] = [], note: String? = nil,
    fact: Fact
  ) {
    self.id = id
    self.cves = cves
    self.name = name
    self.floors = floors
    self.steps = steps
    self.note = note
    self.fact = fact
  }

  /// The requirements for a generation; where one row stands for several products (`Bergamo/Siena`), all of theirs.
  package func floors(for generation: SEVGeneration) -> [Floor] {
    let products = generation.name.split(separator: "/").map(String.init)
    return floors.filter { products.contains($0.product) }
  }
}
