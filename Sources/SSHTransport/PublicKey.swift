import Crypto
import Foundation

/// A public key as SSH carries it: a blob whose first string names its type.
package struct PublicKey: Sendable, Hashable {
  package let blob: [UInt8]
  /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, …: the first string of the blob.
  package let type: String

  /// Nil if the blob does not begin with the name of a type.
  package init?(blob: [UInt8]) {
    var reader = SSHWireReader(blob)
    guard let type = reader.text(), !type.isEmpty, !reader.isAtEnd else { return nil }
    self.blob = blob
    self.type = type
  }

  package init?(base64 text: some StringProtocol) {
    guard let data = Data(base64Encoded: String(text)) else { return nil }
    self.init(blob: [UInt8](data))
  }

  /// `SHA256:…`, as ssh-keygen prints it.
  package var fingerprint: String {
    let digest = Data(SHA256.hash(data: blob)).base64EncodedString()
    return "SHA256:" + digest.prefix { $0 != "=" }
  }

  /// Type and fingerprint, for messages.
  var summary: String { "\(type) \(fingerprint)" }
}
