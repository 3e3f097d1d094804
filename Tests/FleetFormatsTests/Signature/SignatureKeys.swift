import Foundation

/// Keys as files hold them, made byte by byte.
enum SignatureKeys {
  // PROVENANCE: RFC 8032, 7.1, TEST 2.
  static let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
  static let publicHalf = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
  static let message: [UInt8] = [0x72]
  static let signature = bytes(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
  /// TEST 1.
  static let otherPublicHalf = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

  /// Begin and length of PKCS#8 with an Ed25519 seed, and of SubjectPublicKeyInfo (RFC 8410).
  static let privateHeader = bytes("302e020100300506032b657004220420")
  static let publicHeader = bytes("302a300506032b6570032100")

  static let privatePEM = armour("PRIVATE KEY", privateHeader + seed)
  static let publicPEM = armour("PUBLIC KEY", publicHeader + publicHalf)

  static func armour(_ label: String, _ der: [UInt8]) -> String {
    let base64 = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN \(label)-----\n\(base64)\n-----END \(label)-----\n"
  }

  static func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).compactMap { place in
      UInt8(hex.dropFirst(place).prefix(2), radix: 16)
    }
  }
}
