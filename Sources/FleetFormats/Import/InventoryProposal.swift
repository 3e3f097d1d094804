package import FleetCore

/// What an import would change: hosts that are new, and where a declared one is told differently. It writes nothing.
package struct InventoryProposal: Sendable {
  package struct Difference: Hashable, Sendable, Encodable {
    package var host: HostID
    package var key: String
    package var declared: String?
    package var imported: String?

    package var sentence: String {
      "\(host): \(key) is \(declared ?? "not set") here, \(imported ?? "not set") there"
    }
  }

  /// The new hosts, with the settings of the existing inventory.
  package private(set) var inventory: Inventory
  package private(set) var differences: [Difference] = []
  /// Declared hosts that are told the same, as far as anything is told.
  package private(set) var unchanged = 0

  /// A host is known by its name or by its Nova name. What the other inventory leaves out is no difference.
  package init(_ imported: [ImportedHost], into existing: Inventory, isInNova: Bool) {
    inventory = Inventory(
      ssh: existing.ssh, openStackConfigured: existing.openStackConfigured || isInNova, groups: existing.groups,
      policy: existing.policy)
    let byName = Dictionary(existing.hosts.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
    let byCompute = Dictionary(
      existing.hosts.compactMap { host in host.computeHost.name.map { ($0, host) } },
      uniquingKeysWith: { first, _ in first })
    for host in imported {
      if let known = byName[host.name] ?? byCompute[host.computeHost ?? host.name] {
        let found = Self.differences(known, host)
        differences += found
        if found.isEmpty { unchanged += 1 }
      } else {
        inventory.hosts.append(new(host))
      }
    }
  }

  private func new(_ host: ImportedHost) -> Host {
    var (ssh, policy) = (inventory.ssh, inventory.policy)
    for group in host.groups.compactMap({ inventory.group($0) }).reversed() {
      ssh = group.ssh.applied(to: ssh)
      policy = group.policy.applied(to: policy)
    }
    ssh.port = host.port ?? ssh.port
    ssh.user = host.user ?? ssh.user
    let compute: ComputeHost =
      inventory.openStackConfigured ? .named(host.computeHost ?? host.name) : .notInNova
    return Host(
      id: HostID(host.name), address: host.address, ssh: ssh, computeHost: compute,
      failureDomain: host.failureDomain, groups: host.groups, policy: policy,
      declaredAt: SourceLocation(file: "hosts/imported.yaml"))
  }

  private static func differences(_ known: Host, _ host: ImportedHost) -> [Difference] {
    var found: [Difference] = []
    func compare(_ key: String, _ declared: String?, _ imported: String?) {
      guard let imported, imported != declared else { return }
      found.append(Difference(host: known.id, key: key, declared: declared, imported: imported))
    }
    compare("address", known.address, host.address == host.name ? nil : host.address)
    compare("port", "\(known.ssh.port)", host.port.map { "\($0)" })
    compare("user", known.ssh.user, host.user)
    compare("compute_host", known.computeHost.name, host.computeHost)
    compare("failure_domain", known.failureDomain, host.failureDomain)
    let groups = host.groups.filter { !known.groups.contains($0) }
    compare("groups", known.groups.joined(separator: " "), groups.isEmpty ? nil : host.groups.joined(separator: " "))
    return found
  }
}
