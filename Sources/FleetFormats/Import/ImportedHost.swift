package import FleetCore

/// A host as another inventory tells of it. What that one does not say stays `nil` and is left to our own files.
package struct ImportedHost: Hashable, Sendable {
  package var name: String
  package var address: String
  package var port: Int?
  package var user: String?
  /// `nil`: not said; then the name stands for it.
  package var computeHost: String?
  package var failureDomain: String?
  package var groups: [String]
  /// Where the other inventory has it.
  package var declaredAt: SourceLocation

  package init(
    name: String, address: String, port: Int? = nil, user: String? = nil, computeHost: String? = nil,
    failureDomain: String? = nil, groups: [String] = [], declaredAt: SourceLocation
  ) {
    self.name = name
    self.address = address
    self.port = port
    self.user = user
    self.computeHost = computeHost
    self.failureDomain = failureDomain
    self.groups = groups
    self.declaredAt = declaredAt
  }
}

extension ImportedHost {
  /// A host that Nova tells of: its aggregates are its groups, its availability zone the domain it fails with. Names
  /// that our own files could not hold are left out; Nova allows any text there.
  package static func nova(
    _ name: String, address: String, aggregates: [String], availabilityZone: String?
  ) -> ImportedHost {
    ImportedHost(
      name: name, address: address, computeHost: name,
      failureDomain: availabilityZone.flatMap { NameText.isLabel($0) ? $0 : nil },
      groups: aggregates.filter(NameText.isName), declaredAt: SourceLocation(file: "Nova"))
  }
}

/// Collects hosts, and everything that is wrong with them, while a foreign inventory is read.
struct ImportCollector {
  let log: DiagnosticLog
  private(set) var hosts: [ImportedHost] = []
  private var lineOf: [String: Int] = [:]
  private var isOverfull = false

  init(log: DiagnosticLog) { self.log = log }

  /// Takes a host whose every word is fit for our own files; reports what is not.
  mutating func take(_ host: ImportedHost) {
    let line = host.declaredAt.line
    var isGood = true
    func check(_ value: String?, _ what: String, _ expected: String, _ accepts: (String) -> Bool) {
      guard let value, !accepts(value) else { return }
      log.report(.invalidValue, line: line, "\(what) must be \(expected), not \"\(value.shortened)\"")
      isGood = false
    }
    check(host.name, "name", NameText.expectation, NameText.isName)
    check(host.address, "address", "a name or an IP address", NameText.isAddress)
    check(host.user, "user", "a login name", NameText.isUser)
    check(host.computeHost, "compute_host", "the host of a nova-compute service", NameText.isLabel)
    check(host.failureDomain, "failure_domain", "a label without blanks", NameText.isLabel)
    for group in host.groups { check(group, "group", NameText.expectation, NameText.isName) }
    if let port = host.port, !SSHPatchReader.ports.contains(port) {
      log.report(.invalidValue, line: line, "port must be 1 to 65535, not \(port)")
      isGood = false
    }
    if let first = lineOf[host.name] {
      log.report(.duplicate, line: line, "\(host.name.shortened) is there twice, first on line \(first)")
      isGood = false
    }
    lineOf[host.name] = lineOf[host.name] ?? line ?? 0
    guard isGood else { return }
    guard hosts.count < InventoryLimits.hosts else {
      // Told once, on the first line that is too many.
      if !isOverfull { log.report(.tooLarge, line: line, "more than \(InventoryLimits.hosts) hosts") }
      isOverfull = true
      return
    }
    hosts.append(host)
  }

  var result: Result<[ImportedHost], Diagnostics> {
    guard let diagnostics = Diagnostics(log.entries) else { return .success(hosts) }
    return .failure(diagnostics)
  }
}
