import FleetFormats
import Foundation
import Testing

/// A file is a key of the kind that is asked for, or it is told what it is instead.
@Suite struct SignatureKeyTests {
  private static func refusal(private text: String) -> SignatureKeyError? {
    do throws(SignatureKeyError) {
      _ = try SigningKey(pem: Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  private static func refusal(public text: String) -> SignatureKeyError? {
    do throws(SignatureKeyError) {
      _ = try VerifyingKey(pem: Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test func whatOpenSSLWritesIsRead() {
    #expect(Self.refusal(private: SignatureKeys.privatePEM) == nil)
    #expect(Self.refusal(public: SignatureKeys.publicPEM) == nil)
    // As editors of another system end lines, without the last end, and below what people write.
    for change: (String) -> String in [
      { $0.replacing("\n", with: "\r\n") }, { String($0.dropLast()) }, { "signs reports of az1\n\n" + $0 },
      { $0.replacing("\n", with: " \n") + "\n\n" },
    ] {
      #expect(Self.refusal(private: change(SignatureKeys.privatePEM)) == nil)
      #expect(Self.refusal(public: change(SignatureKeys.publicPEM)) == nil)
    }
  }

  @Test func everyOtherKindIsNamed() throws {
    let der = SignatureKeys.privateHeader + SignatureKeys.seed
    let others = [
      "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "CERTIFICATE",
      "CERTIFICATE REQUEST", "X509 CRL", "PKCS7", "EC PARAMETERS", "ED25519 PRIVATE KEY", "private key", "",
    ]
    for label in others {
      for refusal in [Self.refusal(private:), Self.refusal(public:)] {
        let error = try #require(refusal(SignatureKeys.armour(label, der)), "\(label)")
        #expect(error.kind == .otherKind, "\(label)")
        #expect(error.found == "-----BEGIN \(label)-----" || label == "private key", "\(label)")
      }
    }
    let halves = [Self.refusal(private: SignatureKeys.publicPEM), Self.refusal(public: SignatureKeys.privatePEM)]
    #expect(halves.map { $0?.kind } == [.otherKind, .otherKind])
    #expect(halves.map { $0?.found } == ["-----BEGIN PUBLIC KEY-----", "-----BEGIN PRIVATE KEY-----"])
    #expect(Self.refusal(private: SignatureKeys.armour("ENCRYPTED PRIVATE KEY", der))?.kind == .encryptedKey)
  }

  @Test func otherAlgorithmsAreNoEd25519() {
    // PROVENANCE: begin of what OpenSSL 3 writes for X25519, Ed448, P-256 and RSA.
    let privateHalves = [
      "302e020100300506032b656e04220420", "3047020100300506032b6571043b0439",
      "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420",
      "30820155020100300d06092a864886f70d01010105000482013f",
    ]
    for header in privateHalves {
      for length in [16, 32, 48, 57, 64, 300] {
        let der = SignatureKeys.bytes(header) + [UInt8](repeating: 9, count: length)
        #expect(Self.refusal(private: SignatureKeys.armour("PRIVATE KEY", der))?.kind == .notEd25519, "\(header)")
      }
    }
    for header in ["302a300506032b656e032100", "3043300506032b6571033a00", "3059301306072a8648ce3d0201"] {
      for length in [32, 57, 64] {
        let der = SignatureKeys.bytes(header) + [UInt8](repeating: 9, count: length)
        #expect(Self.refusal(public: SignatureKeys.armour("PUBLIC KEY", der))?.kind == .notEd25519, "\(header)")
      }
    }
  }

  @Test func everyFlippedBitOfTheFrameIsRefused() {
    for place in SignatureKeys.privateHeader.indices {
      for bit in 0..<8 {
        var der = SignatureKeys.privateHeader + SignatureKeys.seed
        der[place] ^= 1 << bit
        #expect(Self.refusal(private: SignatureKeys.armour("PRIVATE KEY", der))?.kind == .notEd25519, "\(place)")
      }
    }
    for place in SignatureKeys.publicHeader.indices {
      for bit in 0..<8 {
        var der = SignatureKeys.publicHeader + SignatureKeys.publicHalf
        der[place] ^= 1 << bit
        #expect(Self.refusal(public: SignatureKeys.armour("PUBLIC KEY", der))?.kind == .notEd25519, "\(place)")
      }
    }
  }

  /// Lengths besides the right one: of the bytes, and of the file.
  @Test func aKeyThatIsCutOffIsNone() {
    let der = SignatureKeys.privateHeader + SignatureKeys.seed
    for count in 0..<der.count {
      let pem = SignatureKeys.armour("PRIVATE KEY", Array(der.prefix(count)))
      #expect(Self.refusal(private: pem)?.kind == .notEd25519, "\(count) bytes")
    }
    #expect(Self.refusal(private: SignatureKeys.armour("PRIVATE KEY", der + [0]))?.kind == .notEd25519)
    // The line end behind the last dash is not needed.
    for count in 0..<(SignatureKeys.privatePEM.utf8.count - 1) {
      let text = String(SignatureKeys.privatePEM.prefix(count))
      #expect(Self.refusal(private: text)?.kind == .noPEM, "\(count) characters")
    }
  }

  @Test func twoKeysAreOneTooMany() {
    for first in [SignatureKeys.privatePEM, SignatureKeys.publicPEM] {
      for second in [SignatureKeys.privatePEM, SignatureKeys.publicPEM] {
        #expect(Self.refusal(private: first + second)?.kind == .severalKeys)
        #expect(Self.refusal(public: first + second)?.kind == .severalKeys)
      }
    }
  }

  /// Whatever a file holds, no error repeats it.
  @Test func noErrorTellsWhatIsInTheFile() throws {
    let secret = "zq-secret-5c1e"
    let base64 = Data(SignatureKeys.seed).base64EncodedString()
    for text in [
      secret, "-----BEGIN \(secret)-----\n", "-----BEGIN PRIVATE KEY-----\n\(secret)\n-----END PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\n\(base64)\n-----END PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\n\(base64)\n", "-----BEGIN EC PRIVATE KEY-----\n\(base64)\n",
    ] {
      for refusal in [Self.refusal(private:), Self.refusal(public:)] {
        let error = try #require(refusal(text))
        let told = [error.text, error.expected ?? "", error.found ?? "", "\(error)"].joined(separator: "\n")
        #expect(!told.contains(secret) && !told.contains(base64), "\(told)")
      }
    }
  }
}
