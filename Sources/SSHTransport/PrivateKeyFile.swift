import Crypto
import Foundation

/// What a private key file turned out to be.
enum PrivateKeyFile {
  enum Content: Sendable {
    /// A key we can sign with ourselves.
    case local(LocalKey)
    /// A key for the private agent: it is encrypted, or RSA. The public half is known if the format shows it.
    case forAgent(PublicKey?, isEncrypted: Bool)
    /// The public half of a key that an agent holds.
    case publicHalf(PublicKey)
    case unusable(String)
  }

  static func parse(_ bytes: [UInt8]) -> Content {
    let text = String(decoding: bytes, as: UTF8.self)
    if let line = text.split(whereSeparator: \.isNewline).first(where: { !$0.hasPrefix("#") }) {
      let fields = line.split(separator: " ")
      if fields.count >= 2, let key = PublicKey(base64: fields[1]), key.type == fields[0] { return .publicHalf(key) }
    }
    guard let block = PEMBlock(text) else { return .unusable("it is not a private key") }
    switch block.label {
    case "OPENSSH PRIVATE KEY": return openSSH(block.bytes)
    case "RSA PRIVATE KEY": return .forAgent(nil, isEncrypted: block.isEncrypted)
    case "EC PRIVATE KEY" where !block.isEncrypted: return ecdsa(pem: text)
    case "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY": return .forAgent(nil, isEncrypted: true)
    case "PRIVATE KEY": return pkcs8(block.bytes, text)
    case "DSA PRIVATE KEY": return .unusable("it is a DSA key, which no current server accepts")
    default: return .unusable("its format, \(block.label), is not one we know")
    }
  }

  // MARK: OpenSSH's own format (PROTOCOL.key)

  private static func openSSH(_ bytes: [UInt8]) -> Content {
    let magic = Array("openssh-key-v1\0".utf8)
    guard bytes.starts(with: magic) else { return .unusable("its OpenSSH envelope is broken") }
    var reader = SSHWireReader(bytes[magic.count...])
    guard let cipher = reader.text(), reader.string() != nil, reader.string() != nil, reader.uint32() == 1,
      let publicBlob = reader.string(), let key = PublicKey(blob: Array(publicBlob)), let secret = reader.string()
    else { return .unusable("its OpenSSH envelope is broken") }
    guard AuthenticationKey.usableTypes.contains(key.type) else {
      return .unusable("keys of type \(key.type) cannot be used")
    }
    if cipher != "none" { return .forAgent(key, isEncrypted: true) }
    if key.type == "ssh-rsa" { return .forAgent(key, isEncrypted: false) }
    guard let local = openSSHSecret(secret), local.publicKey == key else {
      return .unusable("its private half does not belong to its public half")
    }
    return .local(local)
  }

  private static func openSSHSecret(_ secret: ArraySlice<UInt8>) -> LocalKey? {
    var reader = SSHWireReader(secret)
    guard let check = reader.uint32(), check == reader.uint32(), let type = reader.text() else { return nil }
    if type == "ssh-ed25519" {
      guard reader.string() != nil, let both = reader.string(), both.count == 64 else { return nil }
      return (try? Curve25519.Signing.PrivateKey(rawRepresentation: Array(both.prefix(32)))).map(LocalKey.ed25519)
    }
    guard reader.string() != nil, reader.string() != nil, let number = reader.string() else { return nil }
    func padded(_ count: Int) -> [UInt8] {
      let magnitude = number.drop { $0 == 0 }
      return [UInt8](repeating: 0, count: max(0, count - magnitude.count)) + magnitude
    }
    switch type {
    case "ecdsa-sha2-nistp256": return (try? P256.Signing.PrivateKey(rawRepresentation: padded(32))).map(LocalKey.p256)
    case "ecdsa-sha2-nistp384": return (try? P384.Signing.PrivateKey(rawRepresentation: padded(48))).map(LocalKey.p384)
    case "ecdsa-sha2-nistp521": return (try? P521.Signing.PrivateKey(rawRepresentation: padded(66))).map(LocalKey.p521)
    default: return nil
    }
  }

  // MARK: PEM and PKCS#8

  private static func pkcs8(_ der: [UInt8], _ pem: String) -> Content {
    // The algorithm stands near the start: SEQUENCE, version, SEQUENCE, OID.
    let head = der.prefix(32)
    func names(_ oid: [UInt8]) -> Bool {
      head.indices.contains { head[$0...].starts(with: oid) }
    }
    if names([0x06, 0x03, 0x2b, 0x65, 0x70]) {
      // RFC 8410: the seed is an OCTET STRING of 32 bytes inside another.
      guard let start = head.indices.first(where: { head[$0...].starts(with: [0x04, 0x22, 0x04, 0x20]) }),
        der.count >= start + 36,
        let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Array(der[(start + 4)..<(start + 36)]))
      else { return .unusable("its Ed25519 key is broken") }
      return .local(.ed25519(key))
    }
    if names([0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]) { return ecdsa(pem: pem) }
    if names([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]) {
      return .forAgent(nil, isEncrypted: false)
    }
    return .unusable("its algorithm is none that SSH uses")
  }

  private static func ecdsa(pem: String) -> Content {
    if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) { return .local(.p256(key)) }
    if let key = try? P384.Signing.PrivateKey(pemRepresentation: pem) { return .local(.p384(key)) }
    if let key = try? P521.Signing.PrivateKey(pemRepresentation: pem) { return .local(.p521(key)) }
    return .unusable("its elliptic curve is none that SSH uses")
  }
}

/// The first private key block of a text in PEM armour.
private struct PEMBlock {
  var label: String
  var bytes: [UInt8]
  var isEncrypted: Bool

  init?(_ text: String) {
    var label: String?
    var base64 = ""
    var isEncrypted = false
    for line in text.split(whereSeparator: \.isNewline) {
      if let current = label {
        if line.hasPrefix("-----END \(current)-----") { break }
        if line.hasPrefix("Proc-Type:") && line.hasSuffix("ENCRYPTED") { isEncrypted = true }
        if !line.contains(":") { base64 += line.filter { !$0.isWhitespace } }
      } else if line.hasPrefix("-----BEGIN "), line.contains("PRIVATE KEY-----") {
        label = line.dropFirst(11).split(separator: "-").first.map(String.init)
      }
    }
    guard let label, let data = Data(base64Encoded: base64) else { return nil }
    self.label = label
    self.bytes = [UInt8](data)
    self.isEncrypted = isEncrypted
  }
}
