/// How well a hardware fact is known (FACTS, first paragraph).
package enum FactGrade: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  /// AMD's own code or record, the kernel, Nova's code.
  case a = "A"
  /// A third party quoting AMD: the operator confirms it.
  case b = "B"
  /// Seen on hardware by a user: shown, never enforced.
  case c = "C"
  /// Inferred: shown, never enforced.
  case inferred = "I"

  package static func < (left: FactGrade, right: FactGrade) -> Bool { left.rawValue < right.rawValue }
}

/// Grade and sources of one fact.
package struct Fact: Hashable, Sendable, Codable {
  package var grade: FactGrade
  package var sources: [String]

  package init(grade: FactGrade, sources: [String]) {
    self.grade = grade
    self.sources = sources
  }
}

/// Everything sevfleet believes about the hardware, as data: compiled in from one file, extended by `facts.yaml`.
package struct Facts: Hashable, Sendable, Codable {
  /// The SNP security patch level from which SEV-ES is refused while SNP is on (FACTS 1.4).
  package struct SEVESRefusal: Hashable, Sendable, Codable {
    package var zen: Int
    /// Smallest `current.snp` that refuses.
    package var fromSNP: Int
    package var fact: Fact

    package init(zen: Int, fromSNP: Int, fact: Fact) {
      self.zen = zen
      self.fromSNP = fromSNP
      self.fact = fact
    }
  }

  /// Builds between which SEV-ES was lost, for images whose SPL nobody knows (FACTS 1.4: Milan only).
  package struct SEVESByVersion: Hashable, Sendable, Codable {
    package var generation: String
    package var lastKept: FirmwareVersion
    package var firstLost: FirmwareVersion
    package var fact: Fact

    package init(generation: String, lastKept: FirmwareVersion, firstLost: FirmwareVersion, fact: Fact) {
      self.generation = generation
      self.lastKept = lastKept
      self.firstLost = firstLost
      self.fact = fact
    }
  }

  /// One known build of one generation.
  package struct Firmware: Hashable, Sendable, Codable {
    package var generation: String
    package var version: FirmwareVersion
    /// Security patch level, where somebody told it.
    package var spl: Int?
    package var splFact: Fact?
    /// Version of the SNP attestation reports that it makes, where somebody told it.
    package var reportVersion: Int?
    package var reportFact: Fact?
    package var note: String?
    package var fact: Fact

    package init(
      generation: String, version: FirmwareVersion, spl: Int?, splFact: Fact?, reportVersion: Int? = nil,
      reportFact: Fact? = nil, note: String?, fact: Fact
    ) {
      self.generation = generation
      self.version = version
      self.spl = spl
      self.splFact = splFact
      self.reportVersion = reportVersion
      self.reportFact = reportFact
      self.note = note
      self.fact = fact
    }
  }

  /// What must be true of a host before a version may be loaded (RULES A5).
  package struct Prerequisite: Hashable, Sendable, Codable {
    package var generation: String
    /// Applies to targets from this version on; `nil`: to every target of the generation.
    package var fromVersion: FirmwareVersion?
    /// Models and steppings it is about; `nil`: all of the generation. Microcode compares only within one of each.
    package var models: [Int]?
    package var steppings: [Int]?
    /// Smallest microcode revision as the kernel prints it.
    package var microcode: Int?
    /// Smallest PSP boot loader SVN of the platform TCB.
    package var bootloader: Int?
    /// Smallest BIOS of one vendor; hosts of other vendors are not asked.
    package var bios: BIOSNeed?
    package var text: String
    package var fact: Fact

    package init(
      generation: String, fromVersion: FirmwareVersion?, models: [Int]? = nil, steppings: [Int]? = nil,
      microcode: Int?, bootloader: Int?, bios: BIOSNeed? = nil, text: String, fact: Fact
    ) {
      self.generation = generation
      self.fromVersion = fromVersion
      self.models = models
      self.steppings = steppings
      self.microcode = microcode
      self.bootloader = bootloader
      self.bios = bios
      self.text = text
      self.fact = fact
    }
  }

  /// Something to know about a product that no host can be measured against; shown, never enforced.
  package struct Advisory: Hashable, Sendable, Codable {
    /// `milan-attestation`.
    package var id: String
    package var generation: String
    package var text: String
    package var fact: Fact

    package init(id: String, generation: String, text: String, fact: Fact) {
      self.id = id
      self.generation = generation
      self.text = text
      self.fact = fact
    }
  }

  /// What an error of the PSP points at where SEV did not start; advice, never enforced (FEATURES 71).
  package struct InitCause: Hashable, Sendable, Codable {
    /// The PSP's number, decimal.
    package var error: Int
    package var cause: InitRecovery.Cause
    package var fact: Fact

    package init(error: Int, cause: InitRecovery.Cause, fact: Fact) {
      self.error = error
      self.cause = cause
      self.fact = fact
    }
  }

  /// The prerequisites of one grade that speak of a CPU.
  package func prerequisites(for cpu: CPUIdentity, grade: FactGrade) -> [Prerequisite] {
    let name = generation(of: cpu)?.name
    return prerequisites.filter { row in
      row.generation == name && row.fact.grade == grade && row.models?.contains(cpu.model) != false
        && row.steppings?.contains(cpu.stepping) != false
    }
  }

  package var generations: [SEVGeneration]
  /// Products finer than a generation, where there are any.
  package var products: [SEVProduct]
  package var sevESRefusals: [SEVESRefusal]
  package var sevESByVersion: [SEVESByVersion]
  package var firmware: [Firmware]
  package var prerequisites: [Prerequisite]
  /// What AMD's bulletins ask for, by product.
  package var bulletins: [Bulletin]
  package var advisories: [Advisory]
  /// Names of the PSP's error numbers (decimal).
  package var firmwareErrors: [Int: String]
  package var initCauses: [InitCause]
  /// Source key → citation.
  package var sources: [String: String]

  package init(
    generations: [SEVGeneration] = [], products: [SEVProduct] = [], sevESRefusals: [SEVESRefusal] = [],
    sevESByVersion: [SEVESByVersion] = [], firmware: [Firmware] = [], prerequisites: [Prerequisite] = [],
    bulletins: [Bulletin] = [], advisories: [Advisory] = [], firmwareErrors: [Int: String] = [:],
    initCauses: [InitCause] = [], sources: [String: String] = [:]
  ) {
    self.generations = generations
    self.products = products
    self.sevESRefusals = sevESRefusals
    self.sevESByVersion = sevESByVersion
    self.firmware = firmware
    self.prerequisites = prerequisites
    self.bulletins = bulletins
    self.advisories = advisories
    self.firmwareErrors = firmwareErrors
    self.initCauses = initCauses
    self.sources = sources
  }

  /// `BAD_SIGNATURE (10)` for a PSP error number; `unnamed` stands before one that has no name.
  package func firmwareError(_ code: Int, unnamed: String = "") -> String {
    firmwareErrors[code].map { "\($0) (\(code))" } ?? "\(unnamed)0x\(Hex.padded(code, 1))"
  }

  /// The generation of a CPU; `nil` where no row covers it.
  package func generation(of cpu: CPUIdentity) -> SEVGeneration? { generations.first { $0.covers(cpu) } }

  /// The SPL that a fact gives for a build, with its grade; `nil` where nobody told it.
  package func spl(of version: FirmwareVersion, generation: String) -> (level: Int, fact: Fact)? {
    for row in firmware where row.version == version && row.generation == generation {
      if let spl = row.spl { return (spl, row.splFact ?? row.fact) }
    }
    return nil
  }

  /// The report version that a fact gives for exactly this build, with its grade; `nil` where nobody told it.
  package func reportVersion(of version: FirmwareVersion, generation: String) -> (number: Int, fact: Fact)? {
    for row in firmware where row.version == version && row.generation == generation {
      if let number = row.reportVersion { return (number, row.reportFact ?? row.fact) }
    }
    return nil
  }
}
