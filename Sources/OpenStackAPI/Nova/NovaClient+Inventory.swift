import Foundation

extension NovaClient {
  /// Every hypervisor.
  package func hypervisors() async throws(OpenStackError) -> [Hypervisor] {
    try await list("/os-hypervisors/detail", [], as: HypervisorBody.self).map(\.value)
  }

  /// Every flavor, private ones too, with extra specs.
  package func flavors() async throws(OpenStackError) -> [Flavor] {
    var flavors = try await list("/flavors/detail", [("is_public", "None")], as: FlavorBody.self).map(\.value)
    if try await supports(.flavorExtraSpecs) { return flavors }
    struct Answer: Decodable { let extra_specs: [String: String] }
    for index in flavors.indices {
      let path = "/flavors/\(APIRequest.escape(flavors[index].id))/os-extra_specs"
      flavors[index].extraSpecs = try await get(.get(path), as: Answer.self).extra_specs
    }
    return flavors
  }

  /// Every host aggregate.
  package func aggregates() async throws(OpenStackError) -> [Aggregate] {
    struct Body: Decodable {
      let id: Int
      let name: String
      let availability_zone: String?
      let hosts: [String]
      let metadata: [String: String]
    }
    struct Answer: Decodable { let aggregates: [Body] }
    return try await get(.get("/os-aggregates"), as: Answer.self).aggregates.map {
      Aggregate(
        id: $0.id, name: $0.name, availabilityZone: $0.availability_zone, hosts: $0.hosts, metadata: $0.metadata)
    }
  }

  /// The server groups of all projects.
  package func serverGroups() async throws(OpenStackError) -> [ServerGroup] {
    struct Body: Decodable {
      let id: String
      let name: String
      let policy: String?
      let policies: [String]?
      let members: [String]
    }
    struct Answer: Decodable { let server_groups: [Body] }
    return try await get(.get("/os-server-groups", [("all_projects", "1")]), as: Answer.self).server_groups.map {
      ServerGroup(id: $0.id, name: $0.name, policy: $0.policy ?? $0.policies?.first ?? "", members: $0.members)
    }
  }
}

private struct HypervisorBody: Listed {
  static let listName = "hypervisors"
  var marker: String { id }

  struct Service: Decodable { let host: String }
  let id: String
  let hypervisor_hostname: String
  let service: Service
  let status: ComputeService.Status
  let state: ComputeService.State
  let hypervisor_type: String?
  let hypervisor_version: Int?
  let host_ip: String?

  var value: Hypervisor {
    Hypervisor(
      id: id, hostname: hypervisor_hostname, serviceHost: service.host, status: status, state: state,
      type: hypervisor_type, version: hypervisor_version, hostIP: host_ip)
  }
}

private struct FlavorBody: Listed {
  static let listName = "flavors"
  var marker: String { id }

  let id: String
  let name: String
  let vcpus: Int
  let ram: Int
  let extra_specs: [String: String]?

  var value: Flavor { Flavor(id: id, name: name, vcpus: vcpus, ram: ram, extraSpecs: extra_specs) }
}
