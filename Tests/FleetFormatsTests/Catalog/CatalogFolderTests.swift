import FleetCore
import FleetFormats
import Testing

@Suite struct CatalogFolderTests {
  @Test func readsAndVerifies() throws {
    try TemporaryFolder.use { folder in
      let milan = CatalogReaderTests.milan
      for build in [31, 36] as [UInt8] {
        let image = CatalogReaderTests.image(FirmwareVersion(1, 55, build), spl: build - 6)
        let addition = try CatalogWriter.files(for: image, familyModel: milan, source: "made for a test")
        for file in addition.files { try folder.write(file.path, file.bytes) }
      }
      try folder.write("facts.yaml", Array("sources: {own: lab}\n".utf8))
      let reading = CatalogFolder.load(folder.path)
      #expect(reading.diagnostics == [])
      #expect(reading.records.map(\.image.version.build) == [31, 36])
      #expect(reading.facts.facts.sources["own"] == "lab")
      #expect(CatalogFolder.verify(reading) == [])
      let last = reading.records[1].image
      #expect(try CatalogFolder.bytes(of: last).get().count == last.size)

      var damaged = try CatalogFolder.bytes(of: last).get()
      damaged[400] ^= 1
      try folder.write("fam19h_model0xh/1.55.36/amd_sev_fam19h_model0xh.sbin", damaged)
      #expect(CatalogFolder.verify(CatalogFolder.load(folder.path)).map(\.location.file) == [last.path])
    }
  }

  @Test func anAbsentFolderIsAnError() throws {
    try TemporaryFolder.use { folder in
      let reading = CatalogFolder.load("\(folder.path)/none")
      #expect(reading.diagnostics.map(\.kind) == [.missingFile])
      #expect(throws: Diagnostics.self) { try reading.checked.get() }
      #expect(CatalogFolder.load(folder.path).diagnostics == [])
    }
  }
}
