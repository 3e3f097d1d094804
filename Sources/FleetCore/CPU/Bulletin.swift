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
    /// The day from which its source no longer stands by it: shown as superseded, never counted again, for no time.
    package var withdrawn: CivilDate?

    package init(product: String, requirement: Requirement, fact: Fact, withdrawn: CivilDate? = nil) {
      self.product = product
      self.requirement = requirement
      self.fact = fact
      self.withdrawn = withdrawn
    }
  }

  /// A product that the bulletin does not concern, by somebody's word; silence is never that.
  package struct Unaffected: Hashable, Sendable, Codable {
    package var product: String
    package var fact: Fact

    package init(product: String, fact: Fact) {
      self.product = product
      self.fact = fact
    }
  }

  /// Something to be done besides reaching the floors. No level shows it, so somebody has to say that it was done.
  package struct Step: Hashable, Sendable, Codable {
    package var text: String
    package var fact: Fact

    package init(text: String, fact: Fact) {
      self.text = text
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
  package var steps: [Step]
  package var unaffected: [Unaffected]
  package var note: String?
  /// Grade and sources of the record itself.
  package var fact: Fact

  package init(
    id: String, cves: [String], name: String? = nil, floors: [Floor], steps: [Step] = [],
    unaffected: [Unaffected] = [], note: String? = nil, fact: Fact
  ) {
    self.id = id
    self.cves = cves
    self.name = name
    self.floors = floors
    self.steps = steps
    self.unaffected = unaffected
    self.note = note
    self.fact = fact
  }

  /// The requirements for a generation; where one row stands for several products (`Bergamo/Siena`), all of theirs.
  package func floors(for generation: SEVGeneration) -> [Floor] {
    let products = generation.productNames
    return floors.filter { products.contains($0.product) && $0.withdrawn == nil }
  }

  /// The CVEs, with the researchers' name and the bulletin.
  package var title: String { Self.title(cves: cves, name: name, id: id) }

  static func title(cves: [String], name: String?, id: String) -> String {
    let inner = (name.map { [$0] } ?? []) + [id]
    return cves.isEmpty ? id : "\(cves.joined(separator: ", ")) (\(inner.joined(separator: ", ")))"
  }
}

extension Bulletin.Requirement {
  /// Stable name of the kind, as `facts.yaml` spells it.
  package var kind: String {
    switch self {
    case .agesa: "agesa"
    case .firmware: "firmware"
    case .snp: "snp"
    case .microcode: "microcode"
    case .microcodeTCB: "microcodeTCB"
    case .mitigationBit: "mitigationBit"
    }
  }

  /// In words, for sentences.
  package var text: String {
    switch self {
    case .firmware(let version): "firmware \(version)"
    case .snp(let level): "SNP level \(level)"
    case .agesa(let name): "BIOS \(name)"
    case .microcode(let revision): "microcode \(MicrocodeRevision(revision))"
    case .microcodeTCB(let level): "microcode level \(level)"
    case .mitigationBit(let bit): "mitigation bit \(bit)"
    }
  }

  /// Whether it compares only inside one family, model and stepping.
  package var isOfMicrocode: Bool {
    switch self {
    case .microcode, .microcodeTCB: true
    case .agesa, .firmware, .snp, .mitigationBit: false
    }
  }
}
