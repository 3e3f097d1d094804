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

  /// Server groups asked for at once, Nova's own limit unless an operator lowered it, and pages of them at most: a
  /// hundred thousand groups are no listing any more.
  private static let groupPage = 1000
  private static let groupPages = 100

  /// The server groups of all projects. Their listing knows no marker, so pages are counted.
  package func serverGroups() async throws(OpenStackError) -> [ServerGroup] {
    struct Body: Decodable {
      let id: String
      let name: String
      let policy: String?
      let policies: [String]?
      let members: [String]
    }
    struct Answer: Decodable { let server_groups: [Body] }
    var groups: [ServerGroup] = []
    var known: Set<String> = []
    for _ in 0..<Self.groupPages {
      let query = [("all_projects", "1"), ("limit", "\(Self.groupPage)"), ("offset", "\(groups.count)")]
      let page = try await get(.get("/os-server-groups", query), as: Answer.self).server_groups
      let fresh = page.filter { known.insert($0.id).inserted }
      groups += fresh.map {
        ServerGroup(id: $0.id, name: $0.name, policy: $0.policy ?? $0.policies?.first ?? "", members: $0.members)
      }
      // A limit of the operator's may make pages shorter than asked for: only an empty one is the last.
      if fresh.isEmpty { break }
    }
    return groups
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
