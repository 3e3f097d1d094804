import Crypto
import FleetCore
import Foundation

/// Facts that somebody else maintains and signs, as they lie in the catalog: one line with the Ed25519 signature in
/// Base64, then the signed bytes, JSON with the keys of `facts.yaml`.
///
/// One file, so that no crash leaves a signature beside other bytes than its own.
package struct SignedFacts: Hashable, Sendable {
  /// In the catalog folder.
  package static let fileName = "facts.signed"
  /// The public key that they must be signed with, PEM as `openssl pkey -pubout` writes it.
  package static let keyName = "facts.pub"
  /// Imports that are kept after a newer one came, so that what they said stays to be read: `facts.1.signed` on.
  package static let kept = 1...999

  package var signature: [UInt8]
  package var payload: [UInt8]

  package init(signature: [UInt8], payload: [UInt8]) {
    self.signature = signature
    self.payload = payload
  }

  /// `nil`: the text is no such file.
  package init?(file: [UInt8]) {
    guard let end = file.firstIndex(of: 0x0A), let signature = Self.signature(Array(file[..<end])) else { return nil }
    self.init(signature: signature, payload: Array(file[(end + 1)...]))
  }

  package var file: [UInt8] { Array(Data(signature).base64EncodedString().utf8) + [0x0A] + payload }

  /// The name of one that a newer import replaced.
  package static func name(kept number: Int) -> String { "facts.\(number).signed" }

  /// The number in such a name.
  static func number(kept name: String) -> Int? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let number = Int(parts[1]), kept.contains(number), name == Self.name(kept: number) else {
      return nil
    }
    return number
  }

  /// 64 bytes as they are, or in Base64.
  package static func signature(_ bytes: [UInt8]) -> [UInt8]? {
    if bytes.count == signatureBytes { return bytes }
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard let data = Data(base64Encoded: text), data.count == signatureBytes else { return nil }
    return Array(data)
  }

  private static let signatureBytes = 64

  /// Whether the payload is signed with the key in a PEM file; `nil`: that is no Ed25519 public key.
  package func isSigned(pem: [UInt8]) -> Bool? {
    guard let key = Self.key(pem) else { return nil }
    return key.isValidSignature(Data(signature), for: Data(payload))
  }

  /// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410): this, then the 32 bytes of the key.
  private static let header: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

  private static func key(_ pem: [UInt8]) -> Curve25519.Signing.PublicKey? {
    let lines = String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard lines.count >= 3, lines.first == "-----BEGIN PUBLIC KEY-----", lines.last == "-----END PUBLIC KEY-----",
      let data = Data(base64Encoded: lines.dropFirst().dropLast().joined()), data.count == header.count + 32,
      Array(data.prefix(header.count)) == header
    else { return nil }
    return try? Curve25519.Signing.PublicKey(rawRepresentation: data.suffix(32))
  }
}
