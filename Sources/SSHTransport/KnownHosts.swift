/// What is on file about host keys, indexed for looking up.
package struct KnownHosts: Sendable {
  private var named: [String: [KnownHostsEntry]] = [:]
  /// Lines with wildcards and hashed names: each look-up tries them all.
  private var others: [KnownHostsEntry] = []
  package let problems: [KnownHostsProblem]
  /// Files asked for that do not exist.
  let missingFiles: [String]
  /// Whether a look-up computes hashes, about a microsecond for each line.
  private(set) var hasHashedNames = false

  init(entries: [KnownHostsEntry], problems: [KnownHostsProblem] = [], missingFiles: [String] = []) {
    self.problems = problems
    self.missingFiles = missingFiles
    for entry in entries {
      switch entry.hosts {
      case .name(let name): named[name, default: []].append(entry)
      case .patterns: others.append(entry)
      case .hashed:
        others.append(entry)
        hasHashedNames = true
      }
    }
  }

  /// What the text of one file says.
  package init(parsing text: [UInt8], file: String) {
    let (entries, problems) = KnownHostsFile.parse(text, file: file)
    self.init(entries: entries, problems: problems)
  }

  /// The name under which a host is on file: lower case, and `[host]:port` unless the port is 22.
  static func name(_ host: String, port: Int) -> String {
    port == 22 ? host.lowercased() : "[\(host.lowercased())]:\(port)"
  }

  /// Everything on file about `endpoint`, under its address and under its second name.
  package func record(of endpoint: SSHEndpoint) -> HostKeyRecord {
    var names = [Self.name(endpoint.host, port: endpoint.port)]
    if let second = endpoint.knownHostsName.map({ Self.name($0, port: endpoint.port) }), !names.contains(second) {
      names.append(second)
    }
    return HostKeyRecord(
      endpoint: endpoint,
      names: names.map { name in
        HostKeyRecord.Name(name: name, entries: (named[name] ?? []) + others.filter { $0.matches(name) })
      },
      problems: problems, missingFiles: missingFiles)
  }
}

/// What is on file about one endpoint.
package struct HostKeyRecord: Sendable {
  struct Name: Sendable {
    var name: String
    var entries: [KnownHostsEntry]
  }

  var endpoint: SSHEndpoint
  var names: [Name]
  var problems: [KnownHostsProblem]
  var missingFiles: [String]

  private var entries: [KnownHostsEntry] { names.flatMap(\.entries) }
  private var plain: [KnownHostsEntry] { entries.filter { $0.marker == .none } }

  /// The types of the keys that may be accepted, without repetition, in the order of the files.
  package var acceptableTypes: [String] {
    var types: [String] = []
    for entry in plain where !types.contains(entry.key.type) { types.append(entry.key.type) }
    return types
  }

  /// Judges the key the server showed; nil means it is the right one.
  ///
  /// A revoked key is refused whatever else is on file. The key must be on file under one of the endpoint's names, and
  /// no other of its names may have a different key of that type.
  package func objection(to shown: PublicKey) -> SSHError? {
    let host = endpoint.host
    if let revoked = entries.first(where: { $0.marker == .revoked && $0.key == shown }) {
      return SSHError(
        .hostKeyRevoked, host: host, "the host shows a key that is marked as revoked in \(revoked.source)",
        found: shown.summary)
    }
    if plain.isEmpty { return unknown(shown) }
    let contradicts = names.contains { name in
      let same = name.entries.filter { $0.marker == .none && $0.key.type == shown.type }
      return !same.isEmpty && !same.contains { $0.key == shown }
    }
    if !contradicts, plain.contains(where: { $0.key == shown }) { return nil }
    return SSHError(
      .hostKeyMismatch, host: host,
      "the host shows another key than the one on file for \(names.map(\.name).joined(separator: " or ")); "
        + "someone may be in between, or the host was installed anew",
      expected: plain.map { "\($0.key.summary) (\($0.source))" }.joined(separator: ", "), found: shown.summary)
  }

  private func unknown(_ shown: PublicKey) -> SSHError {
    var text = "no key of this host is on file under \(names.map(\.name).joined(separator: " or "))"
    if entries.contains(where: { $0.marker == .certificateAuthority }) {
      text += "; a certificate authority is, but host certificates cannot be checked: add the host's own key"
    }
    var notes = missingFiles.map { "\($0) does not exist" }
    if let first = problems.first { notes.append("\(problems.count) lines not understood, the first \(first)") }
    return SSHError(
      .hostKeyUnknown, host: endpoint.host, text, found: shown.summary,
      cause: notes.isEmpty ? nil : notes.joined(separator: "; "))
  }
}
