import FleetCore
import FleetFormats
import Testing

/// An operator's facts.yaml over the compiled-in data.
@Suite struct FactsFileTests {
  private func read(_ text: String) -> Result<FactsFile, Diagnostics> {
    FactsFile.read(Array(text.utf8), file: "facts.yaml")
  }

  private func errors(_ text: String) -> [String] {
    switch read(text) {
    case .success: []
    case .failure(let diagnostics): diagnostics.list.map(\.description)
    }
  }

  @Test func addsAndOverrides() throws {
    let file = try read(
      """
      sources: {own: "seen in our lab, 2026-10"}
      generations:
        - {name: Venice, family: 26, models: 0x50-0x5f, zen: 6, snp: true, fmc: true, grade: C, sources: [own]}
      sevESRefusals:
        - {zen: 5, fromSNP: 6, grade: C, sources: [own]}
      firmware:
        - {generation: Milan, version: 1.55.31, spl: 26, grade: B, sources: [own, P3]}
        - {generation: Milan, version: 0x1.37.24, spl: 28, grade: C, sources: [own], note: "new"}
      prerequisites:
        - {generation: Milan, bios: {vendor: Vendor Inc., minimum: R2.14}, text: "the new BIOS", grade: A, sources: [own]}
        - {generation: Genoa, fromVersion: 1.55.49, models: [0x11], steppings: [1, 2], microcode: 0x0A101154,
           text: "later microcode", grade: B, sources: [own]}
      bulletins:
        - {id: AMD-SB-3007, cves: [CVE-2023-31346], grade: A, sources: [V2], floors: [
            {product: Milan, microcode: 0x0A0011DB, grade: C, sources: [own]}]}
      firmwareErrors: {99: SOMETHING}
      initCauses:
        - {errors: [24, 99], cause: platform, grade: C, sources: [own]}
      """
    ).get()
    let base = FactsFile.builtIn
    #expect(file.facts.generations.count == base.generations.count + 1)
    #expect(file.facts.generations.last?.zen == 6)
    #expect(file.facts.sevESRefusals.map(\.fromSNP) == [27, 27, 6])
    #expect(file.facts.firmware.count == base.firmware.count + 1)
    #expect(file.facts.spl(of: FirmwareVersion(1, 55, 31), generation: "Milan")?.level == 26)
    #expect(file.facts.spl(of: FirmwareVersion(1, 55, 36), generation: "Milan")?.fact.grade == .c)
    #expect(file.facts.prerequisites.map(\.bios).contains(BIOSNeed(vendor: "Vendor Inc.", minimum: "R2.14")))
    #expect(file.facts.prerequisites.last?.microcode == 0x0A10_1154)
    #expect(file.facts.prerequisites.last?.models == [17] && file.facts.prerequisites.last?.steppings == [1, 2])
    #expect(file.facts.firmwareErrors[99] == "SOMETHING" && file.facts.firmwareErrors[21] == "UNSUPPORTED")
    let causes = file.facts.initCauses
    #expect(causes.count == base.initCauses.count + 1)
    #expect(causes.filter { $0.fact.grade == .c }.map(\.error).sorted() == [24, 99])
    #expect(causes.filter { $0.cause == .platform }.map(\.error).sorted() == [19, 20, 24, 99])
    #expect(file.bulletins.count == FactsFile.compiledIn.bulletins.count)
    #expect(file.bulletins.first { $0.id == "AMD-SB-3007" }?.floors.count == 1)
  }

  /// Grade B is only named in plans. An operator who trusts it says so: the same row again, with grade A and a number.
  @Test func aPrerequisiteIsEnforcedOnceRestated() throws {
    let milan = CPUIdentity(family: 25, model: 1, stepping: 1)
    let quoted = FactsFile.builtIn.prerequisites(for: milan, grade: .b)
    #expect(quoted.count == 1 && FactsFile.builtIn.prerequisites(for: milan, grade: .a).isEmpty)
    let text = try #require(quoted.first?.text)
    let facts = try read(
      """
      prerequisites:
        - {generation: Milan, bootloader: 4, text: "\(text)", grade: A, sources: [P7]}
      """
    ).get().facts
    #expect(facts.prerequisites.count == FactsFile.builtIn.prerequisites.count)
    #expect(facts.prerequisites(for: milan, grade: .b).isEmpty)
    #expect(facts.prerequisites(for: milan, grade: .a).map(\.bootloader) == [4])
  }

  @Test func anEmptyFileChangesNothing() throws {
    #expect(try read("# nothing\n").get() == FactsFile.compiledIn)
  }

  @Test func isStrict() {
    #expect(
      errors(
        """
        generation: []
        sevESRefusals:
          - {zen: 5, fromSNP: 6}
          - {zen: 5, fromSNP: 6, grade: D, sources: [nowhere]}
          - {zen: 5, fromSNP: 6, grade: A, sources: []}
        firmware:
          - {generation: Millan, version: 1.55, grade: A, sources: [P1]}
          - {generation: Milan, version: 1.55.31, splGrade: A, splSources: [P1], grade: A, sources: [P1]}
        sevESByVersion:
          - {generation: Milan, lastKept: 1.55.36, firstLost: 1.55.31, grade: B, sources: [P1]}
        prerequisites:
          - {generation: Milan, bios: {vendor: V, minimum: latest}, text: "a", grade: A, sources: [P1]}
        firmwareErrors: {x: Y}
        initCauses:
          - {errors: [70000], cause: moon, grade: I, sources: [P1]}
        bulletins:
          - {id: B, cves: [], grade: A, sources: [P1], floors: [{product: Milan, snp: 1, agesa: x, grade: A, sources: [P1]}]}
        """
      ) == [
        "facts.yaml:1: unknown key \"generation\" in facts; did you mean \"generations\"?",
        "facts.yaml:3: SEV-ES refusal lacks \"grade\"",
        "facts.yaml:3: SEV-ES refusal lacks \"sources\"",
        "facts.yaml:4: grade must be one of A, B, C, I, not \"D\"; did you mean \"A\"?",
        "facts.yaml:4: no source is called \"nowhere\"",
        "facts.yaml:5: sources must name at least one source",
        "facts.yaml:7: version: \"1.55\" is not a version: three decimal numbers from 0 to 255 such as 1.55.36, "
          + "or hex as 0x1.37.24",
        "facts.yaml:7: no generation is called \"Millan\"; did you mean \"Milan\"?",
        "facts.yaml:8: firmware with splGrade lacks \"spl\"",
        "facts.yaml:10: lastKept must be older than firstLost",
        "facts.yaml:12: minimum: \"latest\" is no BIOS version: numbers with dots between, perhaps after letters",
        "facts.yaml:13: an error is a decimal number, not \"x\"",
        "facts.yaml:15: errors must be 0 to 65535, not 70000",
        "facts.yaml:15: cause must be one of image, platform, persistent-state, unknown, not \"moon\"",
        "facts.yaml:17: a floor has exactly one of agesa, firmware, snp, microcode, microcodeTCB, mitigationBit",
      ])
  }

  @Test(arguments: ["0x1f-0x10", "0x00-0x1ff", "0-15", "0x00", "0x00-0x01-0x02", "0x-1-0x2", "all"])
  func modelsAreARange(_ models: String) {
    let row = "{name: X, family: 99, models: \(models), zen: 5, snp: true, fmc: true, grade: A, sources: [P1]}"
    #expect(errors("generations: [\(row)]").count == 1)
  }

  @Test func generationsMustNotOverlap() {
    let row = "{name: X, family: 25, models: 0x0f-0x10, zen: 5, snp: true, fmc: true, grade: A, sources: [P1]}"
    #expect(
      errors("generations: [\(row)]") == [
        "facts.yaml: the models of X and Milan overlap", "facts.yaml: the models of X and Genoa overlap",
      ])
  }
}
