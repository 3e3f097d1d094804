import FleetCore
import FleetFormats

/// Texts and shortcuts shared by the inventory tests.
enum InventorySample {
  static let home = "/home/op"

  // The four files of INTERFACE, "Files", verbatim.
  static let fleet = """
    ssh:
      user: sevops                     # every key can be overridden per host or group under `ssh:`
      port: 22
      identity: ~/.ssh/id_ed25519      # or `agent`
      known_hosts: ~/.ssh/known_hosts  # always strict; there is no "accept anything"
      become: sudo                     # none | sudo  (sudo -n)
    openstack:
      cloud: prod                      # entry of clouds.yaml, found as every OpenStack client finds it; OS_* variables work too
    state: /var/lib/sevfleet           # database, backups, lock
    """
  static let hosts = """
    hosts:
      - name: sev-a01
        address: 10.0.0.11
        port: 22
        compute_host: sev-a01          # Nova service host. Absent: the name, if OpenStack is configured. null: not in Nova
        failure_domain: az1/rack3
        groups: [milan, canary]
        target: milan-2026q3           # a named target, an exact version, or `factory`
    """
  static let targets = """
    targets:
      milan-2026q3: {fam19h_model0xh: 1.55.36}
      es-keep:      {fam19h_model0xh: 1.55.31, fam19h_model1xh: 1.55.40}
    groups:
      milan: {target: milan-2026q3, policy: {max_unavailable: 2}}
    """
  static let policy = """
    activation: {reload: true, reboot: true, allow_kernel_change: false, compute_stop: auto}   # auto | none | {unit: …} | {command: […]}
    drain: {sev: wait, shutoff: leave, live: 4, cold: 1, max_moves: 20, confirm_after: 2m, deadline: 30m}   # sev: wait | cold | stop; shutoff: leave | move
    sev_es_loss: block                 # block | allow
    stage_into: amd                    # amd | updates
    packages: accept                   # accept | hold | divert | updates
    max_unavailable: 1                 # number or percent; counts hosts out of service for any reason
    max_failures: 0                    # quarantined hosts tolerated before the run halts
    waves: [1, 5%, 25%, 100%]
    soak: 10m
    deadlines: {connect: 10s, probe: 60s, reload: 2m, reboot: 20m, initramfs: 10m}
    hooks: {}
    """

  static let example: [InventoryFile] = [
    InventoryFile(path: "fleet.yaml", text: fleet), InventoryFile(path: "hosts/az1.yaml", text: hosts),
    InventoryFile(path: "targets.yaml", text: targets), InventoryFile(path: "policy.yaml", text: policy),
  ]

  static func read(
    _ files: [InventoryFile], folder: String = "inventory", openStack: Bool = false
  ) -> Result<Inventory, Diagnostics> {
    InventoryReader.read(files: files, folder: folder, home: home, openStackConfigured: openStack)
  }

  /// Reads one host file with the given others.
  static func read(
    hosts: String, fleet: String? = nil, targets: String? = nil, policy: String? = nil, openStack: Bool = false
  ) -> Result<Inventory, Diagnostics> {
    var files = [InventoryFile(path: "hosts/h.yaml", text: hosts)]
    if let fleet { files.append(InventoryFile(path: "fleet.yaml", text: fleet)) }
    if let targets { files.append(InventoryFile(path: "targets.yaml", text: targets)) }
    if let policy { files.append(InventoryFile(path: "policy.yaml", text: policy)) }
    return read(files, openStack: openStack)
  }

  /// The printed errors, or none.
  static func errors(_ result: Result<Inventory, Diagnostics>) -> [String] {
    switch result {
    case .success: []
    case .failure(let diagnostics): diagnostics.list.map(\.description)
    }
  }

  static func kinds(_ result: Result<Inventory, Diagnostics>) -> [Diagnostic.Kind] {
    switch result {
    case .success: []
    case .failure(let diagnostics): diagnostics.list.map(\.kind)
    }
  }
}

extension Inventory {
  /// Without the lines of declarations: what a writer has to keep.
  var withoutLines: Inventory {
    var copy = self
    func bare(_ place: SourceLocation) -> SourceLocation { SourceLocation(file: place.file) }
    for index in copy.hosts.indices { copy.hosts[index].declaredAt = bare(copy.hosts[index].declaredAt) }
    for index in copy.targets.indices { copy.targets[index].declaredAt = bare(copy.targets[index].declaredAt) }
    for index in copy.groups.indices { copy.groups[index].declaredAt = bare(copy.groups[index].declaredAt) }
    return copy
  }
}
