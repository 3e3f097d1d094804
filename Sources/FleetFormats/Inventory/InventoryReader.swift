package import FleetCore

/// Turns the files of an inventory folder into an `Inventory`, or says everything that is wrong with them.
package struct InventoryReader {
  private let paths: PathText
  private let environmentHasOpenStack: Bool
  private let facts: Facts
  private let folder: String
  private var diagnostics: [Diagnostic] = []

  private var fleet: FleetFileReader?
  private var targets: TargetsFileReader
  private var filePolicy = PolicyPatch()
  private var schedules: [SchedulesFileReader.Declared] = []
  private var compliance: ComplianceFileReader.Declared?
  private var notify = NotifySettings()
  private var declarations: [HostDeclaration] = []

  /// - Parameters:
  ///   - files: what lies in the folder; foreign files may be among them.
  ///   - folder: the folder as the operator named it: it stands in messages, and relative paths start there.
  ///   - home: the caller's home folder, for `~/`.
  ///   - openStackConfigured: whether the environment (OS_* variables) names a cloud; fleet.yaml may do so too.
  ///   - mayBeEmpty: whether an inventory without a host file is one too: the one that hosts are imported into.
  package static func read(
    files: [InventoryFile], folder: String = "inventory", home: String, openStackConfigured: Bool,
    facts: Facts = FactsFile.builtIn, mayBeEmpty: Bool = false
  ) -> Result<Inventory, Diagnostics> {
    var reader = InventoryReader(
      folder: folder, home: home, environmentHasOpenStack: openStackConfigured, facts: facts)
    return reader.read(files, mayBeEmpty: mayBeEmpty)
  }

  private init(folder: String, home: String, environmentHasOpenStack: Bool, facts: Facts) {
    self.folder = folder
    self.environmentHasOpenStack = environmentHasOpenStack
    self.facts = facts
    paths = PathText(home: home)
    targets = TargetsFileReader(
      ssh: SSHPatchReader(paths: paths), facts: facts, log: DiagnosticLog(file: "\(folder)/targets.yaml"))
  }

  private mutating func read(_ files: [InventoryFile], mayBeEmpty: Bool) -> Result<Inventory, Diagnostics> {
    let sorted = files.sorted { $0.path < $1.path }
    let hostFiles = sorted.filter { $0.role == .hosts }
    if hostFiles.isEmpty, !mayBeEmpty {
      let place = SourceLocation(file: "\(folder)/hosts")
      diagnostics.append(
        Diagnostic(.missingFile, at: place, "there is no host file; hosts are declared in hosts/*.yaml"))
    }
    // Targets first: hosts name them.
    for file in sorted where file.role != .hosts { readSingle(file) }
    for file in hostFiles { readHosts(file) }
    for file in sorted where file.role == .schedules { readSchedules(file) }
    for file in sorted where file.role == .compliance { readCompliance(file) }
    diagnostics += targets.log.entries
    return finish()
  }

  private mutating func readSingle(_ file: InventoryFile) {
    switch file.role {
    case .fleet:
      let (root, log) = parse(file)
      fleet = root.map { FleetFileReader($0, ssh: SSHPatchReader(paths: paths), log: log) }
      diagnostics += log.entries
    case .targets:
      if let root = parse(file, log: targets.log) { targets.read(root) }
    case .policy:
      let (root, log) = parse(file)
      if let root {
        filePolicy = PolicyPatchReader.read(YamlField(name: "policy.yaml", node: root, log: log))
      }
      diagnostics += log.entries
    case .notify:
      let (root, log) = parse(file)
      if let root { notify = NotifyFileReader(paths: paths, log: log).read(root) }
      diagnostics += log.entries
    // They name targets and hosts, so they are read when these are known.
    case .schedules, .compliance: break
    case .refused(let kind, let text):
      diagnostics.append(Diagnostic(kind, at: SourceLocation(file: "\(folder)/\(file.path)"), text))
    case .hosts, .foreign: break
    }
  }

  private mutating func readSchedules(_ file: InventoryFile) {
    let (root, log) = parse(file)
    if let root { schedules = SchedulesFileReader(targets: targets, log: log).read(root) }
    diagnostics += log.entries
  }

  private mutating func readCompliance(_ file: InventoryFile) {
    let (root, log) = parse(file)
    let hosts = SchedulesFileReader(targets: targets, log: log)
    compliance = root.map { ComplianceFileReader(facts: facts, hosts: hosts, log: log).read($0) }
    diagnostics += log.entries
  }

  private mutating func readHosts(_ file: InventoryFile) {
    let (root, log) = parse(file)
    let reader = HostsFileReader(ssh: SSHPatchReader(paths: paths), targets: targets, log: log)
    if let root { declarations += reader.read(root) }
    diagnostics += log.entries
  }

  private func parse(_ file: InventoryFile) -> (YamlNode?, DiagnosticLog) {
    let log = DiagnosticLog(file: "\(folder)/\(file.path)")
    return (parse(file, log: log), log)
  }

  private func parse(_ file: InventoryFile, log: DiagnosticLog) -> YamlNode? {
    YamlParser.parse(file.bytes, log: log)
  }

  private mutating func finish() -> Result<Inventory, Diagnostics> {
    var inventory = Inventory()
    inventory.ssh = (fleet?.ssh ?? SSHPatch()).applied(to: defaultSSH)
    inventory.cloud = fleet?.cloud
    inventory.statePath = fleet?.statePath
    inventory.novaConf = fleet?.novaConf
    inventory.openStackConfigured = environmentHasOpenStack || inventory.cloud != nil
    inventory.targets = targets.targets
    inventory.groups = targets.groups
    inventory.policy = filePolicy.applied(to: Policy())
    var resolver = HostResolver(
      ssh: inventory.ssh, policy: inventory.policy, groups: inventory.groups, versions: targets.versions,
      openStackConfigured: inventory.openStackConfigured)
    inventory.hosts = resolver.resolve(declarations)
    if inventory.hosts.count > InventoryLimits.hosts {
      let place = SourceLocation(file: "\(folder)/hosts")
      diagnostics.append(Diagnostic(.tooLarge, at: place, "more than \(InventoryLimits.hosts) hosts"))
    }
    inventory.schedules = schedules.map(\.schedule)
    inventory.compliance = compliance?.rules(inventory.hosts) ?? .undeclared
    inventory.notify = notify
    let selectors = schedules.flatMap(\.selectors) + (compliance?.selectors ?? [])
    for selector in selectors where !inventory.hosts.contains(where: selector.matches) {
      diagnostics.append(Diagnostic(.unknownName, at: selector.place, "no host matches \"\(selector.text.shortened)\""))
    }
    guard let diagnostics = Diagnostics(diagnostics + resolver.diagnostics) else { return .success(inventory) }
    return .failure(diagnostics)
  }

  /// The defaults with `~/` expanded, as if the file had stated them.
  private var defaultSSH: SSHSettings {
    var settings = SSHSettings()
    let file = "\(folder)/fleet.yaml"
    settings.identity = paths.resolve(settings.identity, inFile: file) ?? settings.identity
    settings.knownHosts = paths.resolve(settings.knownHosts, inFile: file) ?? settings.knownHosts
    return settings
  }
}
