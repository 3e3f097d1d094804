import Crypto
import Foundation

/// The public half of a pair of Ed25519 keys.
package struct VerifyingKey: Sendable {
  private let key: Curve25519.Signing.PublicKey

  /// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410): this, then the 32 bytes of the key.
  private static let header: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

  /// PEM as `openssl pkey -pubout` writes it.
  package init(pem: [UInt8]) throws(SignatureKeyError) {
    let der = try PEMBlock.only(pem, label: "PUBLIC KEY")
    guard der.count == Self.header.count + 32, der.starts(with: Self.header),
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: der.suffix(32))
    else { throw SignatureKeyError(.notEd25519, "is no Ed25519 public key") }
    self.key = key
  }

  init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

  /// SHA-256 of the key's DER, as `openssl pkey -pubin -outform DER | sha256sum` tells it.
  package var fingerprint: String { ContentHash.sha256(Self.header + Array(key.rawRepresentation)) }

  /// Whether the signature is one of this key over exactly these bytes.
  package func isSigned(_ content: [UInt8], _ signature: DetachedSignature) -> Bool {
    key.isValidSignature(Data(signature.bytes), for: Data(content))
  }
}
