import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import OpenStackAPI
import SSHTransport

/// What a command works with: the operator's files, read and checked, and the state folder.
struct CommandContext {
  let options: GlobalOptions
  let inventory: Inventory
  let catalog: CatalogReading

  var output: Output { Output(options) }
  var facts: Facts { catalog.facts.facts }

  /// Reads inventory and catalog; all mistakes of both at once, exit 65.
  ///
  /// - Parameters:
  ///   - needsCatalog: whether its images matter; facts of the operator's count for every command.
  ///   - mayBeEmpty: for the command that makes the first inventory: there may be no host, and no folder.
  init(_ options: GlobalOptions, needsCatalog: Bool = true, mayBeEmpty: Bool = false) throws {
    self.options = options
    var catalog = Self.catalog(options)
    if !needsCatalog {
      catalog.records = []
      catalog.diagnostics = catalog.diagnostics.filter { Self.isOfFacts($0, options) }
    }
    let inventory = InventoryFolder.load(
      options.inventoryFolder, home: Self.home, openStackConfigured: Self.openStackInEnvironment,
      facts: catalog.facts.facts, mayBeEmpty: mayBeEmpty)
    var mistakes = catalog.diagnostics
    switch inventory {
    case .success(let inventory): self.inventory = inventory
    case .failure(let found):
      mistakes += found.list
      throw CommandError(Diagnostics(mistakes) ?? found)
    }
    if let found = Diagnostics(mistakes) { throw CommandError(found) }
    self.catalog = catalog
  }

  /// Only the folder that nobody named may be absent.
  static func catalog(_ options: GlobalOptions) -> CatalogReading {
    guard options.catalog != nil || FileManager.default.fileExists(atPath: options.catalogFolder) else {
      return CatalogReading(records: [], facts: .compiledIn, diagnostics: [])
    }
    return CatalogFolder.load(options.catalogFolder)
  }

  private static func isOfFacts(_ mistake: Diagnostic, _ options: GlobalOptions) -> Bool {
    mistake.location.file.hasSuffix("/facts.yaml") || mistake.location.file == options.catalogFolder
  }

  static var home: String { ProcessInfo.processInfo.environment["HOME"] ?? "/root" }

  static var openStackInEnvironment: Bool {
    let environment = ProcessInfo.processInfo.environment
    // As every OpenStack client has it: an empty variable is one that is not set.
    return ["OS_CLOUD", "OS_AUTH_URL"].contains { !(environment[$0] ?? "").isEmpty }
  }

  // MARK: State

  /// `--state`, else SEVFLEET_STATE, else the inventory's, else the system's or the user's own folder.
  var stateFolder: String {
    if let folder = options.stateFolder { return folder }
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["SEVFLEET_STATE"], !folder.isEmpty { return folder }
    if let folder = inventory.statePath { return folder }
    if getuid() == 0 { return "/var/lib/sevfleet" }
    let base = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(Self.home)/.local/state"
    return "\(base)/sevfleet"
  }

  func store() throws -> FleetStore { try FleetStore.open(folder: stateFolder) }

  /// The lock of whoever acts; throws `locked`, which tells who holds it.
  func lock(_ command: String) throws -> DaemonLock {
    try DaemonLock.acquire(folder: stateFolder, command: command, at: SystemClock().now())
  }

  // MARK: Hosts

  /// The hosts that HOSTS means; none given means all. Throws 64 where nothing matches.
  func hosts(_ selectors: [String]) throws -> [Host] {
    guard !selectors.isEmpty else {
      guard !inventory.hosts.isEmpty else {
        throw CommandError(ExitStatus.usage, "noHost", "the inventory \(options.inventoryFolder) has no hosts")
      }
      return inventory.hosts
    }
    var chosen: Set<HostID> = []
    for selector in selectors {
      let matches = inventory.hosts.filter { HostSelector(selector).matches($0) }
      guard !matches.isEmpty else {
        throw CommandError(
          ExitStatus.usage, "noHost", "no host matches \(selector)",
          expected: "names, globs, group=NAME or domain=NAME", found: selector)
      }
      chosen.formUnion(matches.map(\.id))
    }
    return inventory.hosts.filter { chosen.contains($0.id) }
  }

  /// Hosts that were named one by one: for these an exclusion is a failure.
  func namedHosts(_ selectors: [String]) -> Set<HostID> {
    Set(inventory.hosts.map(\.id).filter { selectors.contains($0.rawValue) })
  }

  /// Exactly one host by name.
  func host(_ name: String) throws -> Host {
    guard let host = inventory.host(HostID(name)) else {
      throw CommandError(ExitStatus.usage, "noHost", "the inventory has no host \(name)", found: name)
    }
    return host
  }
}
