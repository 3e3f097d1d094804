import FleetCore
import FleetFormats
import Testing

/// Damaged image.yaml and facts.yaml: an error with its file, or a reading that survives a writing; never a trap.
@Suite struct CatalogFuzzTests {
  private static let facts = """
    sources: {own: "lab"}
    generations:
      - {name: Venice, family: 26, models: 0x50-0x5f, zen: 6, snp: true, fmc: true, grade: C, sources: [own]}
    firmware:
      - {generation: Milan, version: 1.55.36, spl: 28, splGrade: C, splSources: [own], grade: B, sources: [own, P3]}
    bulletins:
      - {id: X, cves: [], grade: A, sources: [V2], floors: [{product: Milan, microcode: 0x0A0011DB, grade: C, sources: [own]}]}
    """

  @Test func neverTraps() throws {
    print("seed \(YamlFuzz.seed), \(YamlFuzz.count) inputs; SEVFLEET_FUZZ_SEED repeats them")
    var fuzz = YamlFuzz(random: SplitMix(seed: YamlFuzz.seed))
    let good = try CatalogReaderTests.good()
    let text = try CatalogWriter.files(
      for: CatalogReaderTests.image(), familyModel: CatalogReaderTests.milan, source: "web", note: "a note")
    var (accepted, refused) = (0, 0)
    for round in 0..<YamlFuzz.count {
      let isImage = round % 2 == 0
      let path = isImage ? CatalogReaderTests.yaml : "facts.yaml"
      let bytes = round % 10 > 7 ? fuzz.noise() : fuzz.mutated(isImage ? text.imageFile.text : Self.facts)
      let files = good.filter { $0.path != path } + [CatalogFile(path: path, content: .text(bytes))]
      let reading = CatalogReader.read(files: files)
      if reading.diagnostics.isEmpty { accepted += 1 } else { refused += 1 }
      #expect(reading.diagnostics.allSatisfy { $0.location.file.hasPrefix("firmware-catalog/") && !$0.text.isEmpty })
      #expect(reading.records.count == 1 || !reading.diagnostics.isEmpty)
      if isImage, reading.diagnostics.isEmpty, let record = reading.records.first { try check(record, good) }
    }
    #expect(accepted > 0 && refused > 0)
  }

  private func check(_ record: CatalogRecord, _ good: [CatalogFile]) throws {
    let image = record.image
    let file = ImageFile(
      version: image.version, spl: image.spl, sha256: image.sha256, size: image.size, source: record.source,
      note: record.note)
    let path = CatalogReaderTests.yaml
    let files = good.filter { $0.path != path } + [CatalogFile(path: path, content: .text(Array(file.text.utf8)))]
    #expect(CatalogReader.read(files: files).records == [record], "\(file.text)")
  }
}
