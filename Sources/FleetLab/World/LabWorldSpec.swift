/// A whole small world: hosts, the cloud beside them, servers, and the files to work with it.
package struct LabWorldSpec: Sendable {
  /// One server that is there from the start.
  package struct Server: Sendable {
    package var name: String
    package var flavor: String
    package var host: String
    package var state: LabCompute.SeededState
    package var project: String
    package var metadata: [String: String]

    package init(
      _ name: String, flavor: String = "plain.small", on host: String, state: LabCompute.SeededState = .active,
      project: String = "demo", metadata: [String: String] = [:]
    ) {
      self.name = name
      self.flavor = flavor
      self.host = host
      self.state = state
      self.project = project
      self.metadata = metadata
    }
  }

  /// Folder for keys, inventory and clouds.yaml; made where it is missing.
  package var folder: String
  package var hosts: [LabHostSpec]
  package var servers: [Server] = []
  /// The sudo rules of the login; `nil`: it may run everything.
  package var sudoers: String?
  package var user = "sevops"
  package var network = "127.77"
  package var port: UInt16 = 2222
  /// Whether there is a cloud; without one every host is its own.
  package var hasCloud = true
  package var compute = LabComputeSettings()
  /// Target by host name, as the inventory spells it.
  package var targets: [String: String] = [:]
  /// Text of targets.yaml; empty: none.
  package var targetsText = ""
  /// Text of policy.yaml; empty: none.
  package var policyText = ""
  package var controlSocket: String?

  package init(folder: String, hosts: [LabHostSpec]) {
    self.folder = folder
    self.hosts = hosts
  }
}
