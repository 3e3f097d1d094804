import FleetCore

/// Reads an `ssh:` mapping of fleet.yaml, a group or a host.
struct SSHPatchReader {
  let paths: PathText

  static let keys = ["user", "port", "identity", "known_hosts", "become", "jump"]
  static let ports = 1...65_535
  /// The identity that means "ask the agent".
  static let agent = "agent"

  func read(_ field: YamlField) -> SSHPatch {
    var patch = SSHPatch()
    guard let map = field.map(keys: Self.keys) else { return patch }
    patch.user = map["user"]?.text("a login name", where: NameText.isUser)
    patch.port = map["port"]?.integer(Self.ports)
    patch.identity = map["identity"].flatMap { identity($0) }
    patch.knownHosts = map["known_hosts"].flatMap { path($0) }
    patch.become = map["become"]?.choice(SSHSettings.Become.self)
    patch.jump = map["jump"].flatMap(jump)
    return patch
  }

  private func identity(_ field: YamlField) -> String? {
    if case .scalar(Self.agent, _) = field.node.content { return Self.agent }
    // A file of that name is told apart by its folder.
    return path(field).map { $0 == Self.agent ? "./\($0)" : $0 }
  }

  /// A path, resolved.
  func path(_ field: YamlField) -> String? {
    guard let text = field.text("a path", where: NameText.isPrintable) else { return nil }
    guard let path = paths.resolve(text, inFile: field.log.file) else {
      field.report(.invalidValue, "\(field.name): only ~/ is read as a home folder, not \"\(text.shortened)\"")
      return nil
    }
    guard NameText.isPrintable(path) else {
      field.report(.invalidValue, "\(field.name) must be a path without blanks at its ends, not \"\(text.shortened)\"")
      return nil
    }
    return path
  }

  private func jump(_ field: YamlField) -> SSHPatch.Jump? {
    if field.isNull { return SSHPatch.Jump.none }
    return field.text("USER@HOST or USER@HOST:PORT", where: Self.isHop).map(SSHPatch.Jump.through)
  }

  private static func isHop(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, NameText.isUser(String(halves[0])) else { return false }
    var host = halves[1]
    if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon || host.hasPrefix("[") {
      guard let port = Int(host[host.index(after: colon)...]), ports.contains(port) else { return false }
      host = host[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return NameText.isAddress(String(host))
  }
}
