package import FleetCore

/// Everything an operator declared, read and checked: what should be, never what is.
package struct Inventory: Hashable, Sendable, Codable {
  /// In the order of the files' names, then as listed.
  package var hosts: [Host]
  /// The file's own SSH settings; each host carries its resolved ones.
  package var ssh: SSHSettings
  /// Folder of database, backups and lock, if `fleet.yaml` names one; resolved.
  package var statePath: String?
  /// Where a nova.conf may lie on the hosts; `nil`: where it usually does.
  package var novaConf: [NovaConfPlace]?
  /// Entry of clouds.yaml, if `fleet.yaml` names one.
  package var cloud: String?
  /// Whether there is an OpenStack: `cloud` is set, or the environment named one.
  package var openStackConfigured: Bool
  package var targets: [NamedTarget]
  package var groups: [HostGroup]
  /// The file's policy over the defaults: fleet-wide values; each host carries its resolved ones.
  package var policy: Policy
  package var schedules: [Schedule]
  /// What `compliance.yaml` declares; its hosts are resolved.
  package var compliance: ComplianceRules
  /// Who is told of what.
  package var notify: NotifySettings

  package init(
    hosts: [Host] = [], ssh: SSHSettings = SSHSettings(), statePath: String? = nil,
    novaConf: [NovaConfPlace]? = nil, cloud: String? = nil, openStackConfigured: Bool = false,
    targets: [NamedTarget] = [], groups: [HostGroup] = [],
    policy: Policy = Policy(), schedules: [Schedule] = [], compliance: ComplianceRules = .undeclared,
    notify: NotifySettings = NotifySettings()
  ) {
    self.hosts = hosts
    self.ssh = ssh
    self.statePath = statePath
    self.novaConf = novaConf
    self.cloud = cloud
    self.openStackConfigured = openStackConfigured
    self.targets = targets
    self.groups = groups
    self.policy = policy
    self.schedules = schedules
    self.compliance = compliance
    self.notify = notify
  }

  package func host(_ id: HostID) -> Host? { hosts.first { $0.id == id } }
  package func group(_ name: String) -> HostGroup? { groups.first { $0.name == name } }
}

/// A name for versions by firmware folder (`targets:` of targets.yaml).
package struct NamedTarget: Hashable, Sendable, Codable {
  package var name: String
  package var versions: [FamilyModel: FirmwareVersion]
  package var declaredAt: SourceLocation

  package init(name: String, versions: [FamilyModel: FirmwareVersion], declaredAt: SourceLocation) {
    self.name = name
    self.versions = versions
    self.declaredAt = declaredAt
  }

  package var target: FirmwareTarget { .named(name, versions: versions) }
}

/// What the hosts of a group have in common (`groups:` of targets.yaml).
package struct HostGroup: Hashable, Sendable, Codable {
  package var name: String
  package var target: FirmwareTarget?
  package var ssh: SSHPatch
  package var policy: PolicyPatch
  /// Which versions its hosts may be brought to.
  package var versions: [FamilyModel: VersionRules] = [:]
  package var declaredAt: SourceLocation

  package init(
    name: String, target: FirmwareTarget? = nil, ssh: SSHPatch = SSHPatch(), policy: PolicyPatch = PolicyPatch(),
    declaredAt: SourceLocation
  ) {
    self.name = name
    self.target = target
    self.ssh = ssh
    self.policy = policy
    self.declaredAt = declaredAt
  }
}
