import Crypto
import Foundation

/// The private half of a pair of Ed25519 keys. Nothing that prints or mirrors it shows more than its public half.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let key: Curve25519.Signing.PrivateKey

  /// Bytes of a file that may be one: its PEM takes 119, and people may write something above it.
  package static let largestFile = 16 * 1024

  /// PKCS#8 of an Ed25519 key (RFC 8410): this, then the 32 bytes of the seed.
  private static let header: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  /// PEM of an unencrypted PKCS#8 key, as `openssl genpkey -algorithm ed25519` writes it.
  package init(pem: [UInt8]) throws(SignatureKeyError) {
    let der = try PEMBlock.only(pem, label: "PRIVATE KEY")
    guard der.count == Self.header.count + 32, der.starts(with: Self.header),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.suffix(32))
    else {
      throw SignatureKeyError(
        .notEd25519, "is no Ed25519 private key", expected: "as `openssl genpkey -algorithm ed25519` writes it")
    }
    self.key = key
  }

  package var publicKey: VerifyingKey { VerifyingKey(key.publicKey) }

  package func signature(of content: [UInt8]) throws -> DetachedSignature {
    DetachedSignature(raw: Array(try key.signature(for: Data(content))))
  }

  package var description: String { "the private half of \(publicKey.fingerprint)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
