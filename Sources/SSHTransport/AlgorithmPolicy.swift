import CLibSSH2

/// The algorithms we agree to, best first. What this libssh2 lacks is left out when a session is set up; what is not
/// listed (SHA-1, CBC, 3DES, small groups) is never used, though libssh2 would.
enum AlgorithmPolicy {
  /// A class of algorithms, as the key exchange negotiates them.
  enum Class: String, CaseIterable, Sendable {
    case keyExchange = "key exchange"
    case hostKey = "host key"
    case cipher
    case mac = "MAC"

    /// libssh2's numbers for it, one for each direction.
    var methods: [Int32] {
      switch self {
      case .keyExchange: [LIBSSH2_METHOD_KEX]
      case .hostKey: [LIBSSH2_METHOD_HOSTKEY]
      case .cipher: [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC]
      case .mac: [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC]
      }
    }

    var accepted: [String] {
      switch self {
      case .keyExchange:
        [
          "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
          "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
          "diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha256",
        ]
      case .hostKey: hostKeyTypes
      case .cipher:
        [
          "chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr",
          "aes192-ctr", "aes128-ctr",
        ]
      case .mac:
        [
          "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512",
        ]
      }
    }
  }

  static let hostKeyTypes = [
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
    "rsa-sha2-256",
  ]

  /// The host key algorithms that prove possession of a key of `type`: an `ssh-rsa` key signs with SHA-2.
  static func hostKeyAlgorithms(forKeyType type: String) -> [String] {
    type == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]
  }

  /// What of `accepted` this libssh2 has, in our order; asked once, of a session made for it.
  static let usable: [Class: [String]] = {
    guard LibSSH2.initialized == 0, let session = libssh2_session_init_ex(nil, nil, nil, nil) else { return [:] }
    defer { libssh2_session_free(session) }
    return Dictionary(
      uniqueKeysWithValues: Class.allCases.map { `class` in
        let supported = Set(`class`.methods.flatMap { LibSSH2.supported($0, session) })
        return (`class`, `class`.accepted.filter(supported.contains))
      })
  }()

  /// Sets the preferences of a session before its handshake. The host key algorithms are pinned to those of the keys on
  /// file, or libssh2 would ask for a key we cannot compare. Returns the pinned ones; empty means that libssh2 can check
  /// none of the keys on file, and the session must not be used.
  static func apply(to session: OpaquePointer, keyTypesOnFile types: [String]) -> [String] {
    for `class` in [Class.keyExchange, .cipher, .mac] {
      let names = (usable[`class`] ?? []).joined(separator: ",")
      for method in `class`.methods { libssh2_session_method_pref(session, method, names) }
    }
    var hostKeys = usable[.hostKey] ?? []
    if !types.isEmpty {
      let pinned = Set(types.flatMap(hostKeyAlgorithms))
      hostKeys = hostKeys.filter(pinned.contains)
    }
    if !hostKeys.isEmpty {
      libssh2_session_method_pref(session, LIBSSH2_METHOD_HOSTKEY, hostKeys.joined(separator: ","))
    }
    return hostKeys
  }
}
