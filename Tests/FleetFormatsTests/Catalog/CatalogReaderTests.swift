import FleetCore
import FleetFormats
import Testing

@Suite struct CatalogReaderTests {
  /// An image with a header of our own making: the layout of FACTS 3, and no firmware.
  static func image(_ version: FirmwareVersion = FirmwareVersion(1, 55, 36), spl: UInt8 = 28, bytes: Int = 512)
    -> [UInt8]
  {
    var image = [UInt8](repeating: 0xA5, count: bytes)
    image.replaceSubrange(0..<256, with: repeatElement(0, count: 256))
    image.replaceSubrange(0x10..<0x14, with: Array("$PS1".utf8))
    image[0x15] = 1
    image[0x4C] = spl
    (image[0x60], image[0x61], image[0x62]) = (version.build, version.minor, version.major)
    (image[0x6C], image[0x6D]) = (UInt8(bytes & 255), UInt8(bytes >> 8))
    image[0x7C] = 0x39
    return image
  }

  static let milan = FamilyModel(family: 0x19, modelHigh: 0)
  static let folder = "fam19h_model0xh/1.55.36"
  static let sbin = "\(folder)/amd_sev_fam19h_model0xh.sbin"
  static let yaml = "\(folder)/image.yaml"

  /// A good catalog with one image, as `catalog add` writes it.
  static func good() throws -> [CatalogFile] {
    let addition = try CatalogWriter.files(
      for: image(), familyModel: milan, source: "AMD's page: #1 \"x\"", note: "n: 1")
    return [
      CatalogFile(path: "fam19h_model0xh", content: .folder), CatalogFile(path: addition.folder, content: .folder),
      CatalogFile(path: addition.files[0].path, content: .file(bytes: 512)),
      CatalogFile(path: addition.files[1].path, content: .text(addition.files[1].bytes)),
    ]
  }

  /// The good catalog with one file changed, removed or added.
  private func reading(_ path: String, _ content: CatalogFile.Content?) throws -> CatalogReading {
    var files = try Self.good().filter { $0.path != path }
    if let content { files.append(CatalogFile(path: path, content: content)) }
    return CatalogReader.read(files: files)
  }

  private func editing(_ old: String, _ new: String) throws -> [String] {
    let text = try CatalogWriter.files(for: Self.image(), familyModel: Self.milan, source: "s").imageFile.text
    #expect(text.contains(old))
    let content = CatalogFile.Content.text(Array(text.replacing(old, with: new).utf8))
    return try reading(Self.yaml, content).diagnostics.map(\.description)
  }

  @Test func whatIsWrittenIsRead() throws {
    let reading = CatalogReader.read(files: try Self.good())
    #expect(reading.diagnostics == [])
    let record = try #require(reading.records.first)
    #expect(reading.records.count == 1)
    #expect(record.source == "AMD's page: #1 \"x\"")
    #expect(record.note == "n: 1")
    let expected = FirmwareImage(
      familyModel: Self.milan, version: FirmwareVersion(1, 55, 36), spl: 28,
      sha256: ContentHash.sha256(Self.image()), size: 512, kernelName: "amd_sev_fam19h_model0xh.sbin",
      path: "firmware-catalog/\(Self.sbin)")
    #expect(reading.catalog.image(FirmwareVersion(1, 55, 36), for: Self.milan) == .success(expected))
    #expect(CatalogVerifier.verify(expected, bytes: Self.image()) == [])
  }

  @Test func theTextOfImageYaml() throws {
    let sha = ContentHash.sha256(Self.image())
    let addition = try CatalogWriter.files(for: Self.image(), familyModel: Self.milan, source: " a\nb ")
    #expect(
      addition.imageFile.text == """
        version: 1.55.36
        versionHex: "1.37.24"
        spl: 28
        sha256: "\(sha)"
        size: 512
        source: "a b"
        note: null

        """)
    #expect(addition.files.map(\.path) == [Self.sbin, Self.yaml])
  }

  @Test func imageYamlIsCheckedAgainstItself() throws {
    let place = "firmware-catalog/\(Self.yaml)"
    #expect(
      try editing("1.37.24", "1.37.25") == [
        "\(place):2: versionHex is 1.55.37 (hex 1.37.25), but version is 1.55.36 (hex 1.37.24)"
      ])
    #expect(
      try editing("version: 1.55.36", "version: 1.55.35").first
        == "\(place):1: version is 1.55.35 (hex 1.37.23), but the folder says 1.55.36 (hex 1.37.24)")
    #expect(try editing("spl: 28", "spl: 256") == ["\(place):3: spl must be 0 to 255, not 256"])
    #expect(try editing("spl: 28", "slp: 28").count == 2)
    #expect(try editing("size: 512", "size: 12").count == 1)
    #expect(
      try editing("size: 512", "size: 513") == [
        "firmware-catalog/\(Self.sbin): its size differs from image.yaml's 513 bytes"
      ])
    #expect(try editing("sha256: \"", "sha256: \"A").count == 1)
    #expect(try editing("source: s", "source: null") == ["\(place):6: source must be text, not nothing"])
    #expect(try editing("note: null\n", "") == [])
  }

  @Test func foldersAndFilesAreChecked() throws {
    func kinds(_ path: String, _ content: CatalogFile.Content?) throws -> [Diagnostic.Kind] {
      try reading(path, content).diagnostics.map(\.kind)
    }
    #expect(try kinds(Self.yaml, nil) == [.missingFile])
    #expect(try kinds(Self.sbin, nil) == [.missingFile])
    #expect(try kinds(Self.sbin, .file(bytes: 511)) == [.mismatch])
    #expect(try kinds("\(Self.folder)/amd_sev_fam19h_model01h.sbin", .file(bytes: 512)) == [.conflict])
    #expect(try kinds("\(Self.folder)/amd_sev.sbin.xz", .file(bytes: 512)) == [.unexpectedFile])
    #expect(try kinds("\(Self.folder)/README.md", .file(bytes: 5)) == [])
    #expect(try kinds("fam19h_model0xx", .folder) == [.unknownName])
    #expect(try kinds("fam19h_model5xh", .folder) == [.unknownName])
    #expect(try kinds("fam19h_model0xh/0x1.37.24", .folder) == [.invalidValue, .missingFile, .missingFile])
    #expect(try kinds("fam19h_model0xh/1.55.40", .folder) == [.missingFile, .missingFile])
    #expect(try kinds("fact.yaml", .text([])) == [.unexpectedFile])
    #expect(try kinds("amd.sbin", .file(bytes: 1)) == [.unexpectedFile])
    #expect(try kinds("LICENSE", .file(bytes: 1)) == [])
    #expect(try kinds("\(Self.folder)/a/b", .file(bytes: 1)) == [.unexpectedFile])
    #expect(try kinds("facts.yaml", .text(Array("firmware: x".utf8))) == [.wrongType])
  }

  @Test func namesAreTheKernels() throws {
    func diagnostics(_ name: String) throws -> [Diagnostic] {
      var files = try Self.good().filter { $0.path != Self.sbin }
      files.append(CatalogFile(path: "\(Self.folder)/\(name)", content: .file(bytes: 512)))
      return CatalogReader.read(files: files).diagnostics
    }
    #expect(try diagnostics("amd_sev_fam19h_model01h.sbin") == [])
    #expect(try diagnostics("amd_sev_fam19h_model11h.sbin").map(\.kind) == [.mismatch])
    #expect(try diagnostics("amd_sev_fam19h_model1xh.sbin").map(\.kind) == [.mismatch])
    #expect(try diagnostics("sev.sbin").map(\.kind) == [.mismatch])
  }

  @Test func factsOfTheCatalogCount() throws {
    let text = """
      sources: {own: lab}
      generations: [{name: Venice, family: 26, models: 0x50-0x5f, zen: 6, snp: true, fmc: true, grade: C, sources: [own]}]
      """
    var files = try Self.good()
    files.append(CatalogFile(path: "facts.yaml", content: .text(Array(text.utf8))))
    files.append(CatalogFile(path: "fam1ah_model5xh", content: .folder))
    let reading = CatalogReader.read(files: files)
    #expect(reading.diagnostics == [])
    #expect(reading.facts.facts.generations.last?.name == "Venice")
  }

  @Test func verifyNamesEveryDifference() throws {
    let image = try #require(CatalogReader.read(files: try Self.good()).records.first?.image)
    let other = CatalogVerifier.verify(image, bytes: Self.image(FirmwareVersion(1, 55, 37), spl: 29, bytes: 600))
    #expect(other.count == 4)
    #expect(other.allSatisfy { $0.location.file == image.path && $0.kind == .mismatch })
    var flipped = Self.image()
    flipped[500] ^= 1
    #expect(CatalogVerifier.verify(image, bytes: flipped).count == 1)
    #expect(CatalogVerifier.verify(image, bytes: []).count == 3)
  }

  @Test func onlyImagesAreAdded() {
    #expect(throws: CatalogWriteError.image(.tooShort(bytes: 3))) {
      try CatalogWriter.files(for: [1, 2, 3], familyModel: Self.milan, source: "s")
    }
    #expect(throws: CatalogWriteError.name("x.sbin", Self.milan)) {
      try CatalogWriter.files(for: Self.image(), familyModel: Self.milan, source: "s", name: "x.sbin")
    }
  }
}
