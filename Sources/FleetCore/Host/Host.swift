/// One declared compute host: identity, address and what it should run. What it *does* run is an `Observation`.
package struct Host: Hashable, Sendable, Codable {
  package var id: HostID
  /// Name or address that SSH connects to.
  package var address: String
  package var ssh: SSHSettings
  package var computeHost: ComputeHost
  /// Free label such as `az1/rack3`; hosts that share one can fail together. `nil`: a domain of its own.
  package var failureDomain: String?
  package var groups: [String]
  /// Resolved target: the host's own word, else its groups'. `nil`: nobody said.
  package var target: FirmwareTarget?
  /// The policy in force for this host after precedence (host, groups, file, defaults).
  package var policy: Policy
  /// Which versions it may be brought to, by firmware folder: what the fleet and its groups say together.
  package var versions: [FamilyModel: VersionRules] = [:]
  /// Where the host is declared.
  package var declaredAt: SourceLocation

  package init(
    id: HostID, address: String, ssh: SSHSettings, computeHost: ComputeHost, failureDomain: String? = nil,
    groups: [String] = [], target: FirmwareTarget? = nil, policy: Policy = Policy(), declaredAt: SourceLocation
  ) {
    self.id = id
    self.address = address
    self.ssh = ssh
    self.computeHost = computeHost
    self.failureDomain = failureDomain
    self.groups = groups
    self.target = target
    self.policy = policy
    self.declaredAt = declaredAt
  }
}

/// The Nova service host that stands for a host.
package enum ComputeHost: Hashable, Sendable, Codable {
  /// The `host` of the nova-compute service.
  case named(String)
  /// Not in Nova; any VM seen on it is nobody's to move (RULES E4).
  case notInNova

  package var name: String? {
    switch self {
    case .named(let name): name
    case .notInNova: nil
    }
  }
}

/// How to log in to a host; every key can be overridden per host or group.
package struct SSHSettings: Hashable, Sendable, Codable {
  package enum Become: String, Hashable, Sendable, Codable, CaseIterable { case none, sudo }

  package var user: String
  package var port: Int
  /// Path of a private key, or `agent`.
  package var identity: String
  package var knownHosts: String
  package var become: Become
  /// `USER@HOST[:PORT]` of the one hop in between.
  package var jump: String?

  package init(
    user: String = "sevops", port: Int = 22, identity: String = "~/.ssh/id_ed25519",
    knownHosts: String = "~/.ssh/known_hosts", become: Become = .sudo, jump: String? = nil
  ) {
    self.user = user
    self.port = port
    self.identity = identity
    self.knownHosts = knownHosts
    self.become = become
    self.jump = jump
  }
}

/// What a host should run: an exact version, or the copy in its BIOS.
package enum FirmwareTarget: Hashable, Sendable, Codable {
  /// A named target or an exact version, already resolved for nobody in particular: versions by firmware folder.
  case named(String, versions: [FamilyModel: FirmwareVersion])
  case version(FirmwareVersion)
  /// The BIOS copy: staged files away, then a reset.
  case factory
  /// What the latest verified backup of the host holds; only given on the command line.
  case backup

  package var label: String {
    switch self {
    case .named(let name, _): name
    case .version(let version): version.description
    case .factory: "factory"
    case .backup: "backup"
    }
  }
}
