import Crypto

/// A key we can log in with: its public half, and who signs.
struct AuthenticationKey: Sendable {
  enum Signer: Sendable {
    case local(LocalKey)
    /// The ssh-agent at this socket.
    case agent(socketPath: String)
  }

  var publicKey: PublicKey
  var signer: Signer

  /// The key types libssh2 1.10 can log in with. Certificates of other types than ECDSA, and keys on security tokens,
  /// have signatures it cannot frame.
  static let usableTypes: Set<String> = [
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    "ecdsa-sha2-nistp521-cert-v01@openssh.com",
  ]

  /// The public half as it is offered to the server.
  ///
  /// libssh2 takes the name of the signature algorithm from the first string of the blob. OpenSSH accepts an RSA blob
  /// that begins with `rsa-sha2-512`; with `ssh-rsa` the signature would be SHA-1, which servers refuse.
  var offeredBlob: [UInt8] {
    guard publicKey.type == "ssh-rsa" else { return publicKey.blob }
    var reader = SSHWireReader(publicKey.blob)
    guard reader.string() != nil, let numbers = reader.take(reader.remaining) else { return publicKey.blob }
    var writer = SSHWireWriter()
    writer.string("rsa-sha2-512")
    writer.raw(numbers)
    return writer.bytes
  }

  /// The flags of the agent's sign request: SSH_AGENT_RSA_SHA2_512 for RSA keys.
  var agentFlags: UInt32 { publicKey.type == "ssh-rsa" ? 4 : 0 }
}

/// A private key in our own memory. Never described, never logged.
enum LocalKey: Sendable, CustomStringConvertible {
  case ed25519(Curve25519.Signing.PrivateKey)
  case p256(P256.Signing.PrivateKey)
  case p384(P384.Signing.PrivateKey)
  case p521(P521.Signing.PrivateKey)

  var description: String { "private key" }

  /// The signature as SSH frames it, without the name of its algorithm.
  func signature(for data: UnsafeBufferPointer<UInt8>) throws -> [UInt8] {
    switch self {
    case .ed25519(let key): Array(try key.signature(for: Array(data)))
    case .p256(let key): Self.pair(Array(try key.signature(for: Array(data)).rawRepresentation))
    case .p384(let key): Self.pair(Array(try key.signature(for: Array(data)).rawRepresentation))
    case .p521(let key): Self.pair(Array(try key.signature(for: Array(data)).rawRepresentation))
    }
  }

  var publicKey: PublicKey? {
    switch self {
    case .ed25519(let key):
      var writer = SSHWireWriter()
      writer.string("ssh-ed25519")
      writer.string(key.publicKey.rawRepresentation)
      return PublicKey(blob: writer.bytes)
    case .p256(let key): return Self.publicKey("nistp256", Array(key.publicKey.x963Representation))
    case .p384(let key): return Self.publicKey("nistp384", Array(key.publicKey.x963Representation))
    case .p521(let key): return Self.publicKey("nistp521", Array(key.publicKey.x963Representation))
    }
  }

  private static func publicKey(_ curve: String, _ point: [UInt8]) -> PublicKey? {
    var writer = SSHWireWriter()
    writer.string("ecdsa-sha2-\(curve)")
    writer.string(curve)
    writer.string(point)
    return PublicKey(blob: writer.bytes)
  }

  /// r and s, which crypto libraries put side by side, as two SSH numbers (RFC 5656, 3.1.2).
  private static func pair(_ raw: [UInt8]) -> [UInt8] {
    var writer = SSHWireWriter()
    writer.mpint(raw[..<(raw.count / 2)])
    writer.mpint(raw[(raw.count / 2)...])
    return writer.bytes
  }
}
