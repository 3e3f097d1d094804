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

  package var signature: DetachedSignature
  package var payload: [UInt8]

  package init(signature: DetachedSignature, payload: [UInt8]) {
    self.signature = signature
    self.payload = payload
  }

  /// `nil`: the text is no such file.
  package init?(file: [UInt8]) {
    guard let end = file.firstIndex(of: 0x0A), let signature = DetachedSignature(file: Array(file[..<end])) else {
      return nil
    }
    self.init(signature: signature, payload: Array(file[(end + 1)...]))
  }

  package var file: [UInt8] { Array(Data(signature.bytes).base64EncodedString().utf8) + [0x0A] + payload }

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

  /// Whether the payload is signed with the key in a PEM file; `nil`: that is no Ed25519 public key.
  package func isSigned(pem: [UInt8]) -> Bool? {
    (try? VerifyingKey(pem: pem))?.isSigned(payload, signature)
  }
}
