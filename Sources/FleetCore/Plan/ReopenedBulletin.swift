/// A bulletin whose fix a way back takes away, or may take away.
package struct ReopenedBulletin: Hashable, Sendable, Codable {
  package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    /// What runs closes it, what is desired does not.
    case reopened
    /// No fact tells which firmware closes it here, or which level one of the two has.
    case unknown
  }

  /// `AMD-SB-3015`.
  package var id: String
  package var cves: [String]
  package var name: String?
  package var verdict: Verdict
  /// Of the fact that decided; of the bulletin itself where none did.
  package var grade: FactGrade
  package var sources: [String]
  package var text: String

  package init(
    id: String, cves: [String], name: String?, verdict: Verdict, grade: FactGrade, sources: [String], text: String
  ) {
    self.id = id
    self.cves = cves
    self.name = name
    self.verdict = verdict
    self.grade = grade
    self.sources = sources
    self.text = text
  }

  /// The CVEs, with the researchers' name and the bulletin.
  package var title: String { Bulletin.title(cves: cves, name: name, id: id) }
}

/// Compares what two firmwares of one generation close. Only what the SEV firmware itself brings is judged: a fix by
/// microcode or BIOS stays whatever becomes of the firmware.
package struct ReopenedBulletins: Sendable {
  /// One firmware, as far as it is known.
  package struct Level: Hashable, Sendable {
    package var version: FirmwareVersion?
    /// SNP security version: that of the platform TCB, or an image's SPL.
    package var snp: Int?

    package init(version: FirmwareVersion?, snp: Int?) {
      self.version = version
      self.snp = snp
    }
  }

  package var bulletins: [Bulletin]
  package var generation: SEVGeneration

  package init(_ facts: Facts, generation: SEVGeneration) {
    bulletins = facts.bulletins
    self.generation = generation
  }

  /// What going from `running` to `desired` re-opens, then what nobody can tell; each by id. Equal versions: nothing.
  package func between(_ running: Level, _ desired: Level) -> [ReopenedBulletin] {
    if let version = running.version, version == desired.version { return [] }
    return bulletins.compactMap { judge($0, running, desired) }.sorted { left, right in
      left.verdict == right.verdict ? left.id < right.id : left.verdict == .reopened
    }
  }

  private func judge(_ bulletin: Bulletin, _ running: Level, _ desired: Level) -> ReopenedBulletin? {
    let floors = bulletin.floors(for: generation)
    let own = floors.filter { $0.requirement.isOfFirmware }
    guard !own.isEmpty else {
      if floors.contains(where: { $0.requirement.isOfMicrocode }) { return nil }
      return row(bulletin, .unknown, bulletin.fact, "nothing tells which firmware closes it on \(generation.name)")
    }
    let judged = own.map { ($0, $0.requirement.isMet(running), $0.requirement.isMet(desired)) }
    // Where two facts disagree, the one that warns counts; the better known one is named.
    let opening = judged.filter { $0.1 == true && $0.2 == false }.map(\.0).min { $0.fact.grade < $1.fact.grade }
    if let floor = opening {
      return row(bulletin, .reopened, floor.fact, "closed from \(floor.requirement.text) on")
    }
    let open = judged.first { ($0.1 == nil && $0.2 != true) || ($0.1 == true && $0.2 == nil) }
    // Another fact that is sure of both sides settles it.
    guard let floor = open?.0, !judged.contains(where: { $0.1 != nil && $0.2 != nil }) else { return nil }
    let which = open?.1 == nil ? "what runs" : "what comes back"
    return row(
      bulletin, .unknown, floor.fact, "closed from \(floor.requirement.text) on, and the level of \(which) is unknown")
  }

  private func row(
    _ bulletin: Bulletin, _ verdict: ReopenedBulletin.Verdict, _ fact: Fact, _ text: String
  ) -> ReopenedBulletin {
    ReopenedBulletin(
      id: bulletin.id, cves: bulletin.cves, name: bulletin.name, verdict: verdict, grade: fact.grade,
      sources: fact.sources, text: text)
  }
}

extension Bulletin.Requirement {
  fileprivate var isOfFirmware: Bool {
    switch self {
    case .firmware, .snp: true
    case .agesa, .microcode, .microcodeTCB, .mitigationBit: false
    }
  }

  /// `nil`: unknown, or not for a firmware to meet.
  fileprivate func isMet(_ level: ReopenedBulletins.Level) -> Bool? {
    switch self {
    case .firmware(let least): level.version.map { $0 >= least }
    case .snp(let least): level.snp.map { $0 >= least }
    case .agesa, .microcode, .microcodeTCB, .mitigationBit: nil
    }
  }
}
