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

  /// A cloud of somebody else's beside the lab's hosts, in place of the embedded compute API.
  package struct ExternalCloud: Sendable {
    package var cloudsFile: String
    /// Entry of `cloudsFile`.
    package var cloud: String
    /// Told when nova-compute starts or stops on a lab host, so that the cloud's own service can follow.
    package var computeServiceChanged: @Sendable (_ host: String, _ active: Bool) async -> Void

    package init(
      cloudsFile: String, cloud: String,
      computeServiceChanged: @escaping @Sendable (_ host: String, _ active: Bool) async -> Void
    ) {
      self.cloudsFile = cloudsFile
      self.cloud = cloud
      self.computeServiceChanged = computeServiceChanged
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
  /// Wins over `hasCloud`; `servers` are then its owner's to make.
  package var externalCloud: ExternalCloud?
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
