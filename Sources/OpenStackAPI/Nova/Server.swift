package import Foundation

/// A server as an administrator sees it.
package struct Server: Sendable, Hashable, Identifiable {
  /// The flavor as it was when the server was made; later changes of the flavor do not reach it.
  package struct Flavor: Sendable, Hashable {
    package var name: String
    package var vcpus: Int
    /// MiB.
    package var ram: Int
    /// Nil if policy hides them: then nothing is known of the encryption model.
    package var extraSpecs: [String: String]?
    /// GiB of the root disk, 0 is as the image; unused by servers that boot from a volume. Nil if not shown.
    package var disk: Int?
    /// GiB; nil as above.
    package var ephemeral: Int?
    /// MiB; nil as above.
    package var swap: Int?
  }

  /// Why a server is in ERROR. Absent in every other state, also after a failed live migration.
  package struct Fault: Sendable, Hashable, Decodable {
    package var code: Int
    package var message: String
    /// Traceback; administrators only.
    package var details: String?
  }

  package var id: String
  package var name: String
  package var projectID: String
  package var status: ServerStatus
  /// What is under way, verbatim (`migrating`, `resize_prep`, …); nil when at rest.
  package var taskState: String?
  package var vmState: VMState
  package var powerState: PowerState
  /// Compute service that has it; nil while unscheduled, after a failed build, and when shelved and offloaded.
  package var host: String?
  /// Hypervisor, and so the name of the resource provider.
  package var hypervisorHostname: String?
  /// libvirt's name of the domain, such as `instance-0000002a`.
  package var instanceName: String?
  package var flavor: Flavor
  /// Nil if it boots from a volume.
  package var imageID: String?
  /// The image's properties as kept with the server; nil below microversion 2.98 and for volume-booted servers.
  package var imageProperties: [String: String]?
  package var metadata: [String: String]
  package var tags: [String]
  /// Ids of attached volumes; the root volume is not marked.
  package var volumesAttached: [String]
  package var fault: Fault?
  /// Nil if policy hides it, and for servers without a host.
  package var hostStatus: HostStatus?
  package var locked: Bool
  package var created: Date?
  /// Of the server's record, so also after a change of state.
  package var updated: Date?
  /// When its guest was last made ready by a build or a move; a plain stop and start does not change it.
  package var launched: Date?

  package init(
    id: String, name: String, projectID: String, status: ServerStatus, taskState: String? = nil, vmState: VMState,
    powerState: PowerState, host: String?, hypervisorHostname: String? = nil, instanceName: String? = nil,
    flavor: Flavor, imageID: String? = nil, imageProperties: [String: String]? = nil,
    metadata: [String: String] = [:], tags: [String] = [], volumesAttached: [String] = [], fault: Fault? = nil,
    hostStatus: HostStatus? = nil, locked: Bool = false, created: Date? = nil, updated: Date? = nil,
    launched: Date? = nil
  ) {
    self.id = id
    self.name = name
    self.projectID = projectID
    self.status = status
    self.taskState = taskState
    self.vmState = vmState
    self.powerState = powerState
    self.host = host
    self.hypervisorHostname = hypervisorHostname
    self.instanceName = instanceName
    self.flavor = flavor
    self.imageID = imageID
    self.imageProperties = imageProperties
    self.metadata = metadata
    self.tags = tags
    self.volumesAttached = volumesAttached
    self.fault = fault
    self.hostStatus = hostStatus
    self.locked = locked
    self.created = created
    self.updated = updated
    self.launched = launched
  }
}

extension Server.Flavor {
  package init(
    _ name: String, vcpus: Int, ram: Int, extraSpecs: [String: String]?, disk: Int? = nil, ephemeral: Int? = nil,
    swap: Int? = nil
  ) {
    self.init(
      name: name, vcpus: vcpus, ram: ram, extraSpecs: extraSpecs, disk: disk, ephemeral: ephemeral, swap: swap)
  }
}

extension Server.Fault {
  package init(_ code: Int, _ message: String) { self.init(code: code, message: message, details: nil) }
}
