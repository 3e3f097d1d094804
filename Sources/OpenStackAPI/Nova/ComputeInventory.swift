package import Foundation

/// A hypervisor; its name is also its resource provider's.
package struct Hypervisor: Sendable, Hashable, Identifiable {
  /// A UUID, the same as the resource provider's.
  package var id: String
  package var hostname: String
  /// Host of the compute service that runs it.
  package var serviceHost: String
  package var status: ComputeService.Status
  package var state: ComputeService.State
  /// Such as `QEMU`.
  package var type: String?
  package var version: Int?
  /// The address that the service was told is its own (`my_ip`).
  package var hostIP: String?

  package init(
    id: String, hostname: String, serviceHost: String, status: ComputeService.Status = .enabled,
    state: ComputeService.State = .up, type: String? = nil, version: Int? = nil, hostIP: String? = nil
  ) {
    self.id = id
    self.hostname = hostname
    self.serviceHost = serviceHost
    self.status = status
    self.state = state
    self.type = type
    self.version = version
    self.hostIP = hostIP
  }
}

/// A flavor as it is now; servers keep their own copy.
package struct Flavor: Sendable, Hashable, Identifiable {
  package var id: String
  package var name: String
  package var vcpus: Int
  /// MiB.
  package var ram: Int
  /// Nil if policy hides them.
  package var extraSpecs: [String: String]?
}

/// A host aggregate.
package struct Aggregate: Sendable, Hashable, Identifiable {
  package var id: Int
  package var name: String
  package var availabilityZone: String?
  package var hosts: [String]
  package var metadata: [String: String]

  package init(
    id: Int, name: String, availabilityZone: String? = nil, hosts: [String], metadata: [String: String] = [:]
  ) {
    self.id = id
    self.name = name
    self.availabilityZone = availabilityZone
    self.hosts = hosts
    self.metadata = metadata
  }
}

/// A server group and its placement rule.
package struct ServerGroup: Sendable, Hashable, Identifiable {
  package var id: String
  package var name: String
  /// `affinity`, `anti-affinity`, `soft-affinity`, `soft-anti-affinity`.
  package var policy: String
  /// Ids of servers.
  package var members: [String]

  package init(id: String, name: String, policy: String, members: [String]) {
    self.id = id
    self.name = name
    self.policy = policy
    self.members = members
  }
}

/// One thing that was asked of a server; `requestID` is what our own call was answered with.
package struct InstanceAction: Sendable, Hashable {
  /// Such as `live-migration`.
  package var action: String
  package var requestID: String
  package var started: Date?
  /// When its record was last written to, also by its end; nil below microversion 2.58.
  package var updated: Date?
  /// Only `Error` when it never ran; a move that ran and was rolled back leaves it nil.
  package var message: String?
}
