/// One file of an inventory folder.
package struct InventoryFile: Hashable, Sendable {
  /// Relative to the folder, `hosts/az1.yaml`.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  package init(path: String, text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }

  /// What a file of this name is for.
  enum Role: Hashable {
    case fleet, targets, policy, schedules, compliance, notify, hosts
    /// Not read, and not meant for us.
    case foreign
    /// Looks like ours and is not: reading over it silently would hide a slip.
    case refused(Diagnostic.Kind, String)
  }

  static let names = ["fleet.yaml", "targets.yaml", "policy.yaml", "schedules.yaml", "compliance.yaml", "notify.yaml"]

  var role: Role {
    switch path {
    case "fleet.yaml": return .fleet
    case "targets.yaml": return .targets
    case "policy.yaml": return .policy
    case "schedules.yaml": return .schedules
    case "compliance.yaml": return .compliance
    case "notify.yaml": return .notify
    case _: break
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isYaml = path.hasSuffix(".yaml") || path.hasSuffix(".yml")
    guard isYaml, !(parts.last?.hasPrefix(".") ?? true) else { return .foreign }
    if parts.count == 1 {
      let hint = Suggestion.text(for: path, among: Self.names)
      return .refused(
        .unexpectedFile,
        "this file is not read: an inventory has \(Self.names.joined(separator: ", ")) and hosts/\(hint)")
    }
    guard parts.first == "hosts" else { return .foreign }
    if parts.count > 2 { return .refused(.unexpectedFile, "this file is not read: host files lie directly in hosts/") }
    if path.hasSuffix(".yml") { return .refused(.unexpectedFile, "this file is not read: host files end in .yaml") }
    return .hosts
  }
}
