import FleetFormats
import Foundation
import Testing

/// What somebody signed is exactly what is believed, and with no other key.
@Suite struct SignatureTests {
  private static let report = Array("{\"schema\": \"sevfleet.compliance/1\", \"compliant\": true}\n".utf8)

  private static func pair() throws -> (key: SigningKey, publicKey: VerifyingKey) {
    (
      try SigningKey(pem: Array(SignatureKeys.privatePEM.utf8)),
      try VerifyingKey(pem: Array(SignatureKeys.publicPEM.utf8))
    )
  }

  @Test func itIsTheSignatureOfTheStandard() throws {
    let (key, publicKey) = try Self.pair()
    let wanted = try #require(DetachedSignature(file: SignatureKeys.signature))
    #expect(publicKey.isSigned(SignatureKeys.message, wanted))
    let made = try key.signature(of: SignatureKeys.message)
    #expect(made.bytes.count == 64 && publicKey.isSigned(SignatureKeys.message, made))
    #expect(key.publicKey.fingerprint == publicKey.fingerprint)
    // PROVENANCE: `openssl pkey -pubin -outform DER | sha256sum` of the same key.
    #expect(publicKey.fingerprint == "deb2ded39dc26fce0e6085b6fc34bf6b5941913bbfe2ea614113cff9e004c170")
  }

  @Test func everyBitCounts() throws {
    let (key, publicKey) = try Self.pair()
    let signature = try key.signature(of: Self.report)
    #expect(publicKey.isSigned(Self.report, signature))
    for place in Self.report.indices {
      for bit in 0..<8 {
        var edited = Self.report
        edited[place] ^= 1 << bit
        #expect(!publicKey.isSigned(edited, signature), "bit \(bit) of byte \(place)")
      }
    }
    for place in signature.bytes.indices {
      for bit in 0..<8 {
        var edited = signature.bytes
        edited[place] ^= 1 << bit
        let read = try #require(DetachedSignature(file: edited))
        #expect(!publicKey.isSigned(Self.report, read), "bit \(bit) of byte \(place) of the signature")
      }
    }
  }

  @Test func nothingIsCutOrAdded() throws {
    let (key, publicKey) = try Self.pair()
    let signature = try key.signature(of: Self.report)
    for count in Self.report.indices { #expect(!publicKey.isSigned(Array(Self.report[..<count]), signature)) }
    for byte in UInt8.min...UInt8.max { #expect(!publicKey.isSigned(Self.report + [byte], signature)) }
  }

  @Test func anotherKeyDoesNotDo() throws {
    let key = try Self.pair().key
    let pem = SignatureKeys.armour("PUBLIC KEY", SignatureKeys.publicHeader + SignatureKeys.otherPublicHalf)
    let other = try VerifyingKey(pem: Array(pem.utf8))
    #expect(other.fingerprint != key.publicKey.fingerprint)
    #expect(!other.isSigned(Self.report, try key.signature(of: Self.report)))
  }

  @Test func signaturesAreRawOrBase64() {
    let raw = [UInt8](repeating: 7, count: 64)
    #expect(DetachedSignature(file: raw)?.bytes == raw)
    #expect(DetachedSignature(file: Array((Data(raw).base64EncodedString() + "\n").utf8))?.bytes == raw)
    for count in 0..<64 { #expect(DetachedSignature(file: Array(raw.prefix(count))) == nil, "\(count) bytes") }
    #expect(DetachedSignature(file: raw + [7]) == nil)
    #expect(DetachedSignature(file: Array(Data(raw.dropLast()).base64EncodedString().utf8)) == nil)
  }

  /// However somebody prints it.
  @Test func theKeyIsNotTold() throws {
    let key = try Self.pair().key
    var dumped = ""
    dump(key, to: &dumped)
    let told = ["\(key)", String(reflecting: key), String(describing: Optional(key)), dumped].joined(separator: "\n")
    let seed = Data(SignatureKeys.seed)
    let hex = seed.map { String(format: "%02x", $0) }.joined()
    for secret in [hex, seed.base64EncodedString(), seed.map { "\($0)" }.joined(separator: ", ")] {
      #expect(!told.contains(secret))
    }
    #expect(told.contains(key.publicKey.fingerprint))
  }
}
