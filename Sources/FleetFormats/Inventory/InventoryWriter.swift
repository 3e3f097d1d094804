import FleetCore

/// Writes an inventory as the files it can be read from (`inventory import`, `lab up`).
///
/// Hosts carry their resolved settings; only what differs from their groups and the file is written with them, so that
/// reading gives an equal inventory, lines aside.
package struct InventoryWriter {
  private let inventory: Inventory
  private let folder: String

  /// The host file of hosts that were declared in none.
  package static let defaultHostFile = "hosts.yaml"

  /// - Parameter folder: where the files will lie; relative paths are written as seen from there.
  package static func files(for inventory: Inventory, folder: String = "inventory") -> [InventoryFile] {
    let writer = InventoryWriter(inventory: inventory, folder: folder)
    var files = [InventoryFile(path: "fleet.yaml", text: writer.fleet)]
    if !inventory.targets.isEmpty || !inventory.groups.isEmpty {
      files.append(InventoryFile(path: "targets.yaml", text: writer.targets))
    }
    let policy = PolicyText.members(PolicyPatch(from: Policy(), to: inventory.policy))
    if !policy.isEmpty { files.append(InventoryFile(path: "policy.yaml", text: lines(policy))) }
    return files + writer.hostFiles
  }

  private static func lines(_ members: PolicyText.Members, indent: String = "") -> String {
    members.map { "\(indent)\($0.key): \($0.value)\n" }.joined()
  }

  private func path(_ path: String, below part: String) -> String {
    if path == SSHPatchReader.agent { return path }
    let written = PathText.written(path, inFolder: part.isEmpty ? folder : "\(folder)/\(part)")
    return YamlText.scalar(written == SSHPatchReader.agent ? "./\(written)" : written)
  }

  // MARK: fleet.yaml, targets.yaml

  private var fleet: String {
    var patch = SSHPatch(from: SSHSettings(user: "", port: 0, identity: "", knownHosts: ""), to: inventory.ssh)
    patch.become = inventory.ssh.become
    var text = "ssh:\n" + Self.lines(members(patch, below: ""), indent: "  ")
    if let cloud = inventory.cloud { text += "openstack:\n  cloud: \(YamlText.scalar(cloud))\n" }
    if let state = inventory.statePath {
      text += "state: \(YamlText.scalar(PathText.written(state, inFolder: folder)))\n"
    }
    if let places = inventory.novaConf {
      text += "nova_conf: \(YamlText.list(places.map { YamlText.scalar($0.text) }))\n"
    }
    return text
  }

  private func members(_ patch: SSHPatch, below part: String) -> PolicyText.Members {
    var members: PolicyText.Members = []
    if let user = patch.user { members.append(("user", YamlText.scalar(user))) }
    if let port = patch.port { members.append(("port", String(port))) }
    if let identity = patch.identity { members.append(("identity", path(identity, below: part))) }
    if let knownHosts = patch.knownHosts {
      let written = PathText.written(knownHosts, inFolder: part.isEmpty ? folder : "\(folder)/\(part)")
      members.append(("known_hosts", YamlText.scalar(written)))
    }
    if let become = patch.become { members.append(("become", become.rawValue)) }
    switch patch.jump {
    case nil: break
    case SSHPatch.Jump.none?: members.append(("jump", "null"))
    case .through(let hop)?: members.append(("jump", YamlText.scalar(hop)))
    }
    return members
  }

  private var targets: String {
    var text = ""
    if !inventory.targets.isEmpty { text += "targets:\n" }
    for target in inventory.targets {
      let versions = target.versions.sorted { $0.key < $1.key }.map { ($0.key.description, $0.value.description) }
      text += "  \(YamlText.scalar(target.name)): \(YamlText.map(versions))\n"
    }
    if !inventory.groups.isEmpty { text += "groups:\n" }
    for group in inventory.groups {
      var members: PolicyText.Members = []
      if let target = group.target { members.append(("target", YamlText.scalar(target.label))) }
      let policy = PolicyText.members(group.policy)
      if !policy.isEmpty { members.append(("policy", YamlText.map(policy))) }
      let ssh = self.members(group.ssh, below: "")
      if !ssh.isEmpty { members.append(("ssh", YamlText.map(ssh))) }
      text += "  \(YamlText.scalar(group.name)): \(YamlText.map(members))\n"
    }
    return text
  }

  // MARK: hosts/

  private var hostFiles: [InventoryFile] {
    var texts: [String: String] = [:]
    for host in inventory.hosts {
      let declared = PathText.name(of: host.declaredAt.file)
      let name = declared.hasSuffix(".yaml") && !declared.hasPrefix(".") ? declared : Self.defaultHostFile
      texts[name, default: "hosts:\n"] += text(host)
    }
    if texts.isEmpty { texts[Self.defaultHostFile] = "hosts: []\n" }
    return texts.sorted { $0.key < $1.key }.map { InventoryFile(path: "hosts/\($0.key)", text: $0.value) }
  }

  private func text(_ host: Host) -> String {
    var (settings, policy) = (inventory.ssh, inventory.policy)
    let memberOf = host.groups.compactMap { inventory.group($0) }
    for group in memberOf.reversed() {
      settings = group.ssh.applied(to: settings)
      policy = group.policy.applied(to: policy)
    }
    var members: PolicyText.Members = [("address", YamlText.scalar(host.address))]
    var ssh = SSHPatch(from: settings, to: host.ssh)
    if let port = ssh.port { members.append(("port", String(port))) }
    ssh.port = nil
    members += computeHost(host)
    if let domain = host.failureDomain { members.append(("failure_domain", YamlText.scalar(domain))) }
    if !host.groups.isEmpty { members.append(("groups", YamlText.list(host.groups.map(YamlText.scalar)))) }
    let inherited = Set(memberOf.compactMap(\.target))
    if let target = host.target, inherited != [target] {
      members.append(("target", YamlText.scalar(target.label)))
    }
    let login = self.members(ssh, below: "hosts")
    if !login.isEmpty { members.append(("ssh", YamlText.map(login))) }
    let rules = PolicyText.members(PolicyPatch(from: policy, to: host.policy))
    if !rules.isEmpty { members.append(("policy", YamlText.map(rules))) }
    return "  - name: \(YamlText.scalar(host.id.rawValue))\n" + Self.lines(members, indent: "    ")
  }

  private func computeHost(_ host: Host) -> PolicyText.Members {
    guard inventory.openStackConfigured else { return [] }
    switch host.computeHost {
    case .notInNova: return [("compute_host", "null")]
    case .named(host.id.rawValue): return []
    case .named(let name): return [("compute_host", YamlText.scalar(name))]
    }
  }
}
