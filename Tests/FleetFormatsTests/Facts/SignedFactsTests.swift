import FleetCore
import FleetFormats
import Foundation
import Testing

/// Facts that another party signed: believed while the signature holds, and kept to be read when they are replaced.
@Suite struct SignedFactsTests {
  // PROVENANCE: made with OpenSSL 3: genpkey -algorithm ed25519, pkey -pubout, pkeyutl -sign -rawin.
  private static let key = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAS7z715EeCW65qLwaVld7iZX5ahwZCotGVoCzGnR9zPs=
    -----END PUBLIC KEY-----

    """
  private static let otherKey = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA47ikmI7pzDLmI7HOpUiUSAy54qzD5BZsEtkMPM5g6iU=
    -----END PUBLIC KEY-----

    """
  /// By what they sign: `json(spl:)`, and `wrong`.
  private static let signatures = [
    "26": "y4BTyqatvkXYYUa4stZt173EmtHutEA0Xo+w+LhZ0UeJrZEIB9uq00DdE4Ho/KFdWT6jx84QKpfdf6QQD3CXDQ==",
    "29": "iaf/cGSO2ZyC92ijuEkNo+7RzUXGj/igacvzv8FWXQimQQATuvw577Khty43W5DgCFNmAhLwrag3gLeM7MowDg==",
    "30": "9MJoZL25HkXSubquQw7FrP51mx0vbaFMexC/s9WKklWeDcYyk42eEipSxWkAgJ3qdAVs3ovxPlAac67wDTNNAA==",
    "wrong": "Zs4JMmxZUdI0FYt4oXR1VFS0FGyJCymuMxT6NsM59nAJh1F3BFpjCyuc7/7f0dxrqVX4MWhqBj8N/317EWb6AQ==",
  ]
  private static let wrong = "{\"firmware\": [{\"generation\": \"Nowhere\"}]}"

  private static func json(spl: Int) -> String {
    """
    {
      "sources": {"x1": "our lab, \\"third\\" floor"},
      "firmware": [
        {"generation": "Milan", "version": "1.55.31", "spl": \(spl), "grade": "B", "sources": ["x1"]}
      ],
      "bulletins": [
        {"id": "AMD-SB-9999", "cves": ["CVE-2027-1"], "grade": "B", "sources": ["x1"],
         "floors": [{"product": "Milan", "snp": 40, "grade": "B", "sources": ["x1"]}]}
      ]
    }
    """
  }

  private static func signed(_ spl: Int) throws -> [UInt8] { try signed("\(spl)", json(spl: spl)) }

  private static func signed(_ name: String, _ text: String) throws -> [UInt8] {
    let signature = try #require(DetachedSignature(file: Array((signatures[name] ?? "").utf8)))
    return SignedFacts(signature: signature, payload: Array(text.utf8)).file
  }

  private static let pem = Array(key.utf8)

  private func read(_ files: [(String, [UInt8])]) -> CatalogReading {
    CatalogReader.read(files: files.map { CatalogFile(path: $0.0, content: .text($0.1)) })
  }

  @Test func signedFactsCount() throws {
    let files = [(SignedFacts.keyName, Self.pem), (SignedFacts.fileName, try Self.signed(26))]
    let reading = read(files)
    #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics)")
    #expect(reading.facts.facts.spl(of: FirmwareVersion(1, 55, 31), generation: "Milan")?.level == 26)
    #expect(reading.facts.bulletins.last?.id == "AMD-SB-9999")
    #expect(reading.facts.bulletins.count == FactsFile.builtIn.bulletins.count + 1)
    // The operator's own file has the last word.
    let own = "firmware: [{generation: Milan, version: 1.55.31, spl: 24, grade: B, sources: [x1]}]"
    let both = read(files + [("facts.yaml", Array(own.utf8))])
    #expect(both.facts.facts.spl(of: FirmwareVersion(1, 55, 31), generation: "Milan")?.level == 24)
  }

  @Test func whatANewerImportReplacedStays() throws {
    let reading = read([
      (SignedFacts.keyName, Self.pem), (SignedFacts.fileName, try Self.signed(26)),
      (SignedFacts.name(kept: 2), try Self.signed(29)),
      (SignedFacts.name(kept: 10), try Self.signed(30)),
    ])
    #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics)")
    let levels = reading.facts.earlier.map { $0.spl(of: FirmwareVersion(1, 55, 31), generation: "Milan")?.level }
    #expect(levels == [30, 29])
    let lines = FactLedger.lines(reading.facts.facts, before: reading.facts.earlier + [FactsFile.builtIn])
    let old = lines.filter { $0.standing == .superseded && $0.subject == "Milan 1.55.31" }
    #expect(old.map(\.statement).filter { $0.hasPrefix("SNP") } == ["SNP level 30", "SNP level 29", "SNP level 25"])
  }

  /// Every byte counts: of the signature, and of what is signed.
  @Test func nothingThatWasEditedIsBelieved() throws {
    let file = try Self.signed(26)
    for index in stride(from: 0, to: file.count, by: 7) {
      var edited = file
      edited[index] ^= 0x01
      let reading = read([(SignedFacts.keyName, Self.pem), (SignedFacts.fileName, edited)])
      #expect(!reading.diagnostics.isEmpty, "byte \(index)")
      #expect(reading.facts == .compiledIn, "byte \(index)")
    }
    for other in [Array(Self.otherKey.utf8), Array("no key".utf8), []] {
      #expect(!read([(SignedFacts.keyName, other), (SignedFacts.fileName, file)]).diagnostics.isEmpty)
    }
    #expect(read([(SignedFacts.fileName, file)]).diagnostics.map(\.kind) == [.missingFile])
    #expect(
      read([(SignedFacts.keyName, Self.pem), (SignedFacts.fileName, [])]).diagnostics.map(\.kind) == [.invalidValue])
    // Signed, and wrong all the same.
    let wrong = try Self.signed("wrong", Self.wrong)
    #expect(!read([(SignedFacts.keyName, Self.pem), (SignedFacts.fileName, wrong)]).diagnostics.isEmpty)
  }
}
