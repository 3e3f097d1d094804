import Foundation

/// An Ed25519 signature (RFC 8032) that lies beside what it signs.
package struct DetachedSignature: Hashable, Sendable {
  /// A file's signature is the file of its name with this behind it.
  package static let suffix = ".sig"
  package static let size = 64
  /// Bytes of a file that may be one: in Base64, with line ends.
  package static let largestFile = 1024

  /// 64, as `openssl pkeyutl -verify` takes them.
  package let bytes: [UInt8]

  /// 64 bytes as they are, or in Base64; `nil`: it is none.
  package init?(file: [UInt8]) {
    if file.count == Self.size {
      bytes = file
      return
    }
    let text = String(decoding: file, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard let data = Data(base64Encoded: text), data.count == Self.size else { return nil }
    bytes = Array(data)
  }

  init(raw: [UInt8]) { bytes = raw }
}
