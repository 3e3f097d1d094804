/// Explains why server and libssh2 found no common algorithm, and what cures it.
enum AlgorithmDiagnosis {
  /// The error for a server that offers `offer`, or nil if its offer is not the reason.
  ///
  /// - Parameter typesOnFile: the types of the host's keys in known_hosts; only they may be negotiated.
  static func error(_ offer: KeyExchangeOffer, host: String, banner: String, typesOnFile: [String]) -> SSHError? {
    let usable = AlgorithmPolicy.usable[.hostKey] ?? []
    let pinned =
      typesOnFile.isEmpty
      ? usable : usable.filter(Set(typesOnFile.flatMap(AlgorithmPolicy.hostKeyAlgorithms)).contains)
    guard let gap = offer.gap(hostKeys: pinned) else { return nil }
    let found = "\(gap.offered.joined(separator: ",")) from \(banner)"
    if gap.class == .hostKey, !typesOnFile.isEmpty {
      return hostKeyError(gap.offered, usable, pinned, host: host, found: found, typesOnFile: typesOnFile)
    }
    return SSHError(
      .noAlgorithm, host: host,
      "the server offers no \(gap.class.rawValue) algorithm that libssh2 has; \(cure(gap.class, gap.ours))",
      expected: "one of \(gap.ours.joined(separator: ","))", found: found)
  }

  /// The server has none of the keys on file, or only keys libssh2 cannot check.
  private static func hostKeyError(
    _ offered: [String], _ usable: [String], _ pinned: [String], host: String, found: String, typesOnFile: [String]
  ) -> SSHError {
    let others = offered.filter(usable.contains)
    if pinned.isEmpty {
      let advice =
        others.isEmpty
        ? cure(.hostKey, usable)
        : "put its key of type \(others[0]) on file (ssh-keyscan shows it; compare it on the host)"
      return SSHError(
        .noAlgorithm, host: host,
        "libssh2 cannot check the host keys on file (\(typesOnFile.joined(separator: ","))); \(advice)",
        expected: "one of \(usable.joined(separator: ","))", found: found)
    }
    if others.isEmpty {
      return SSHError(
        .noAlgorithm, host: host,
        "the server offers no host key algorithm that libssh2 has; \(cure(.hostKey, usable))",
        expected: "one of \(pinned.joined(separator: ","))", found: found)
    }
    return SSHError(
      .hostKeyMismatch, host: host,
      "the host no longer has a key of the types on file; someone may be in between, or the host was installed anew",
      expected: typesOnFile.joined(separator: ","), found: found)
  }

  /// What to do on the host.
  private static func cure(_ class: AlgorithmPolicy.Class, _ ours: [String]) -> String {
    switch `class` {
    case .keyExchange: "add \(ours.first ?? "-") to KexAlgorithms in the host's sshd_config"
    case .hostKey: "give the host an Ed25519 key: ssh-keygen -A, and HostKey /etc/ssh/ssh_host_ed25519_key"
    case .cipher: "add \(ours.first ?? "-") to Ciphers in the host's sshd_config"
    case .mac: "add \(ours.first ?? "-") to MACs in the host's sshd_config"
    }
  }
}
