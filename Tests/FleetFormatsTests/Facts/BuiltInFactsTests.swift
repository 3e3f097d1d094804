import FleetCore
import FleetFormats
import Testing

@Suite struct BuiltInFactsTests {
  let facts = FactsFile.builtIn

  @Test func everyGenerationIsThere() {
    #expect(
      facts.generations.map(\.name) == [
        "Naples", "Rome", "Milan", "Genoa", "Bergamo/Siena", "Turin", "Turin Dense",
      ])
    let rows: [(Int, Int, String, String, Int, Bool, Bool)] = [
      (23, 1, "Naples", "amd_sev_fam17h_model0xh.sbin", 1, false, false),
      (23, 0x31, "Rome", "amd_sev_fam17h_model3xh.sbin", 2, false, false),
      (25, 1, "Milan", "amd_sev_fam19h_model0xh.sbin", 3, true, false),
      (25, 0x11, "Genoa", "amd_sev_fam19h_model1xh.sbin", 4, true, false),
      (25, 0xA0, "Bergamo/Siena", "amd_sev_fam19h_modelaxh.sbin", 4, true, false),
      (26, 2, "Turin", "amd_sev_fam1ah_model0xh.sbin", 5, true, true),
      (26, 0x11, "Turin Dense", "amd_sev_fam1ah_model1xh.sbin", 5, true, true),
    ]
    for (family, model, name, file, zen, snp, fmc) in rows {
      let cpu = CPUIdentity(family: family, model: model, stepping: 0)
      let row = facts.generation(of: cpu)
      #expect(row?.name == name)
      #expect(row?.zen == zen && row?.hasSNP == snp && row?.hasFMC == fmc)
      #expect(cpu.familyModel.kernelName == file)
    }
    #expect(facts.generation(of: CPUIdentity(family: 26, model: 0x12, stepping: 0)) == nil)
    #expect(facts.generations.filter(\.biosPreferred).map(\.name) == ["Genoa", "Bergamo/Siena"])
  }

  @Test func theSEVESRule() {
    #expect(facts.sevESRefusals.map { [$0.zen, $0.fromSNP] } == [[3, 27], [4, 27], [5, 4]])
    #expect(facts.sevESRefusals.allSatisfy { $0.fact.grade == .a })
    #expect(facts.sevESByVersion.map(\.lastKept) == [FirmwareVersion(1, 55, 31)])
    #expect(facts.sevESByVersion.map(\.firstLost) == [FirmwareVersion(1, 55, 36)])
    // The first builds that lose it (FACTS 1.4), by the level known of them.
    for (name, build) in [("Milan", 35), ("Genoa", 49), ("Turin", 65)] as [(String, UInt8)] {
      let generation = facts.generations.first { $0.name == name }
      let rule = generation.map { SEVESRule(facts: facts, generation: $0) }
      #expect(rule?.refusal(currentSNP: nil, version: FirmwareVersion(1, 55, build)) == .lost)
    }
  }

  @Test func gradesStayWithTheirNumbers() {
    let milan29 = facts.spl(of: FirmwareVersion(1, 55, 29), generation: "Milan")
    #expect(milan29?.level == 24)
    #expect(milan29?.fact.grade == .c)
    let genoa38 = facts.firmware.first { $0.generation == "Genoa" && $0.version == FirmwareVersion(1, 55, 38) }
    #expect(genoa38?.fact.grade == .a)
    #expect(genoa38?.splFact?.grade == .b)
    #expect(facts.firmware.count == 22)
    #expect(facts.reportVersion(of: FirmwareVersion(1, 55, 25), generation: "Genoa")?.number == 2)
    #expect(facts.reportVersion(of: FirmwareVersion(1, 55, 31), generation: "Milan")?.fact.grade == .c)
    #expect(facts.reportVersion(of: FirmwareVersion(1, 55, 25), generation: "Milan") == nil)
    #expect(facts.firmwareErrors[21] == "UNSUPPORTED")
    let causes = facts.initCauses
    #expect(causes.count == 8 && causes.allSatisfy { $0.fact.grade == .inferred })
    #expect(causes.allSatisfy { facts.firmwareErrors[$0.error] != nil })
    #expect(facts.prerequisites.allSatisfy { $0.fact.grade == .b && $0.microcode == nil && $0.bootloader == nil })
  }

  @Test func everySourceIsCitedAndUsed() {
    let bulletins = FactsFile.compiledIn.bulletins
    var used: Set<String> = []
    used.formUnion(facts.generations.flatMap(\.fact.sources) + facts.sevESRefusals.flatMap(\.fact.sources))
    used.formUnion(facts.sevESByVersion.flatMap(\.fact.sources) + facts.prerequisites.flatMap(\.fact.sources))
    used.formUnion(
      facts.firmware.flatMap { $0.fact.sources + ($0.splFact?.sources ?? []) + ($0.reportFact?.sources ?? []) })
    used.formUnion(bulletins.flatMap { $0.fact.sources + $0.floors.flatMap(\.fact.sources) })
    used.formUnion(bulletins.flatMap { $0.steps.flatMap(\.fact.sources) + $0.unaffected.flatMap(\.fact.sources) })
    used.formUnion(facts.products.flatMap(\.fact.sources) + facts.advisories.flatMap(\.fact.sources))
    #expect(used == Set(facts.sources.keys))
  }

  @Test func bulletins() throws {
    let bulletins = FactsFile.compiledIn.bulletins
    #expect(bulletins.count == 11)
    let loss = try #require(bulletins.first { $0.cves.contains("CVE-2025-48514") })
    let milan = try #require(facts.generations.first { $0.name == "Milan" })
    #expect(
      loss.floors(for: milan).map(\.requirement) == [
        .agesa("1.0.0.H"), .firmware(FirmwareVersion(1, 55, 35)), .snp(27), .microcodeTCB(222),
      ])
    #expect(loss.floors(for: milan).map(\.fact.grade) == [.a, .b, .a, .b])
    let siena = try #require(facts.generations.first { $0.name == "Bergamo/Siena" })
    #expect(loss.floors(for: siena).count == 3)
    #expect(bulletins.first { $0.id == "AMD-SB-3033" }?.floors == [])
    // What was taken back is still there, and counts no more.
    let genoa = try #require(facts.generations.first { $0.name == "Genoa" })
    let fabricked = try #require(bulletins.first { $0.id == "AMD-SB-3034" })
    #expect(fabricked.floors.filter { $0.withdrawn != nil }.map(\.requirement) == [.snp(28)])
    #expect(fabricked.floors(for: genoa).map(\.requirement) == [.agesa("1.0.0.H")])
  }

  /// A product is told by the revisions that are meant for it, and these compare nowhere else (FEATURES 74).
  @Test func everyMicrocodeFloorIsOfItsProduct() throws {
    for bulletin in facts.bulletins {
      for floor in bulletin.floors {
        guard case .microcode(let number) = floor.requirement else { continue }
        let product = try #require(facts.product(of: MicrocodeRevision(number).cpu), "\(bulletin.id) \(floor.product)")
        #expect(product.names.contains(floor.product), "\(bulletin.id) \(floor.product)")
      }
    }
    let stepping0 = facts.product(of: CPUIdentity(family: 25, model: 1, stepping: 0))
    #expect(stepping0?.names == [] && stepping0?.text == "Milan of an unknown kind")
    #expect(facts.product(of: CPUIdentity(family: 25, model: 0xA0, stepping: 2))?.names == ["Bergamo", "Siena"])
  }

  /// The way back that FACTS 1.4 is about, on the built-in data: SEV-ES for two bulletins.
  @Test func wayBackToTheLastFirmwareWithSEVES() throws {
    let milan = try #require(facts.generations.first { $0.name == "Milan" })
    let found = ReopenedBulletins(facts, generation: milan).between(
      .init(version: FirmwareVersion(1, 55, 36), snp: 28), .init(version: FirmwareVersion(1, 55, 31), snp: 25))
    #expect(found.filter { $0.verdict == .reopened }.map(\.id) == ["AMD-SB-3016", "AMD-SB-3023"])
    #expect(found.filter { $0.verdict == .reopened }.map(\.grade) == [.b, .a])
    let unknown = ["AMD-SB-3007", "AMD-SB-3011", "AMD-SB-3020", "AMD-SB-3027", "AMD-SB-3033", "AMD-SB-3034"]
    #expect(found.filter { $0.verdict == .unknown }.map(\.id) == unknown)
  }
}
