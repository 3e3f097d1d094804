import FleetCore
import FleetFormats
import Testing

/// Facts to read: every one of them, with those that no longer count.
@Suite struct FactLedgerTests {
  private let builtIn = FactsFile.builtIn

  @Test func everyRowIsListed() {
    let lines = FactLedger.lines(builtIn, before: [builtIn])
    func count(_ section: String) -> Int { lines.count { $0.section == section } }
    #expect(count("generations") == builtIn.generations.count && count("products") == builtIn.products.count)
    #expect(count("bulletins") == builtIn.bulletins.count)
    #expect(count("floors") == builtIn.bulletins.map(\.floors.count).reduce(0, +))
    #expect(count("steps") == builtIn.bulletins.map(\.steps.count).reduce(0, +))
    #expect(count("firmware") >= builtIn.firmware.count && count("advisories") == builtIn.advisories.count)
    #expect(count("prerequisites") == builtIn.prerequisites.count)
    #expect(count("sevESRefusals") == 3 && count("sevESByVersion") == 1)
    #expect(lines.allSatisfy { !$0.fact.sources.isEmpty && !$0.statement.isEmpty })
    #expect(Set(lines).count == lines.count)
  }

  @Test func whatWasTakenBackStays() {
    let lines = FactLedger.lines(builtIn, before: [builtIn]).filter { $0.standing != .inForce }
    #expect(lines.map(\.bulletin) == ["AMD-SB-3034"])
    #expect(lines.map(\.standing.word) == ["withdrawn"])
  }

  @Test func whatAFileReplacesStays() throws {
    let text = """
      firmware:
        - {generation: Milan, version: 1.55.31, spl: 26, grade: B, sources: [P3]}
      bulletins:
        - {id: AMD-SB-3011, cves: [CVE-2024-21980], grade: A, sources: [V3], floors: [
            {product: Milan, agesa: 1.0.0.E, grade: A, sources: [V3]}],
           steps: [{text: reboot, grade: B, sources: [V3]}], unaffected: [{product: Rome, grade: A, sources: [V3]}]}
      """
    let facts = try FactsFile.read(Array(text.utf8), file: "facts.yaml").get().facts
    let lines = FactLedger.lines(facts, before: [builtIn])
    let old = lines.filter { $0.standing == .superseded }
    #expect(
      old.filter { $0.bulletin == "AMD-SB-3011" }.map(\.statement).sorted() == [
        "closed from BIOS 1.0.0.C on", "closed from BIOS 1.0.0.D on",
      ])
    #expect(old.contains { $0.subject == "Milan 1.55.31" && $0.statement == "SNP level 25" })
    let new = lines.filter { $0.bulletin == "AMD-SB-3011" && $0.standing == .inForce }
    #expect(new.map(\.section) == ["bulletins", "floors", "steps", "unaffected"])
    let document = try JSONText.compact(FactsDocument(lines, sources: facts.sources))
    #expect(document.contains("\"standing\":\"superseded\"") && document.contains("\"withdrawn\":\"2026-09-24\""))
  }
}
