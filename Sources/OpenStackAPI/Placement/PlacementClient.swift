import Foundation

/// Placement: what each hypervisor offers. Reads only.
package final class PlacementClient: Sendable {
  private let service: ServiceClient
  /// Trees and traits; every Placement since 2018 has it.
  private static let microversion = "placement 1.14"
  /// Candidates with whole trees, every class and traits; since Rocky.
  private static let nestedCandidates = "placement 1.29"

  init(_ keystone: KeystoneClient, _ transport: HTTPTransport) {
    service = ServiceClient(type: .placement, keystone: keystone, transport: transport)
  }

  /// The provider of that name (a hypervisor's hostname); nil if there is none.
  package func provider(named name: String) async throws(OpenStackError) -> ResourceProvider? {
    try await providers([("name", name)]).first { $0.name == name }
  }

  /// All providers of the tree that `provider` belongs to, itself included.
  package func tree(of provider: String) async throws(OpenStackError) -> [ResourceProvider] {
    try await providers([("in_tree", provider)])
  }

  package func inventories(_ provider: String) async throws(OpenStackError) -> [String: ResourceInventory] {
    struct Answer: Decodable { let inventories: [String: ResourceInventory] }
    return try await get(provider, "inventories", as: Answer.self).inventories
  }

  package func traits(_ provider: String) async throws(OpenStackError) -> Set<String> {
    struct Answer: Decodable { let traits: Set<String> }
    return try await get(provider, "traits", as: Answer.self).traits
  }

  package func usages(_ provider: String) async throws(OpenStackError) -> [String: Int] {
    struct Answer: Decodable { let usages: [String: Int] }
    return try await get(provider, "usages", as: Answer.self).usages
  }

  /// The whole tree of the hypervisor `name` with inventories, traits and usages, ordered by provider name: to be
  /// compared before and after. Empty if there is no such provider.
  package func records(hypervisor name: String) async throws(OpenStackError) -> [ProviderRecord] {
    guard let root = try await provider(named: name) else { return [] }
    var records: [ProviderRecord] = []
    for provider in try await tree(of: root.id).sorted(by: { $0.name < $1.name }) {
      records.append(
        ProviderRecord(
          provider: provider, inventories: try await inventories(provider.id), traits: try await traits(provider.id),
          usages: try await usages(provider.id)))
    }
    return records
  }

  /// What every host with at least one CPU and one MiB free has of each resource, with its whole tree, in one request:
  /// the scheduler's own question, asked for the smallest server there could be. Hosts that are full are missing. Enabled
  /// or not is Nova's to know. Some 6 kB a host, so that `responseBytes` ends it near 5,000 hosts; and a deployment that
  /// sets `max_allocation_candidates` shows no more hosts than that.
  package func capacities() async throws(OpenStackError) -> [ProviderCapacity] {
    struct Body: Decodable {
      let resources: [String: ResourceCapacity]
      let traits: Set<String>
      let parent_provider_uuid: String?
      let root_provider_uuid: String
    }
    struct Answer: Decodable { let provider_summaries: [String: Body] }
    var request = APIRequest.get("/allocation_candidates", [("resources", "VCPU:1,MEMORY_MB:1")])
    request.microversion = Self.nestedCandidates
    return try await service.get(request, as: Answer.self).provider_summaries.map { id, body in
      ProviderCapacity(
        id: id, parentID: body.parent_provider_uuid, rootID: body.root_provider_uuid, resources: body.resources,
        traits: body.traits)
    }.sorted { $0.id < $1.id }
  }

  private func providers(_ query: [(String, String)]) async throws(OpenStackError) -> [ResourceProvider] {
    struct Body: Decodable {
      let uuid: String
      let name: String
      let parent_provider_uuid: String?
      let generation: Int
    }
    struct Answer: Decodable { let resource_providers: [Body] }
    var request = APIRequest.get("/resource_providers", query)
    request.microversion = Self.microversion
    return try await service.get(request, as: Answer.self).resource_providers.map {
      ResourceProvider(id: $0.uuid, name: $0.name, parentID: $0.parent_provider_uuid, generation: $0.generation)
    }
  }

  private func get<Value: Decodable>(
    _ provider: String, _ what: String, as type: Value.Type
  ) async throws(OpenStackError) -> Value {
    var request = APIRequest.get("/resource_providers/\(APIRequest.escape(provider))/\(what)")
    request.microversion = Self.microversion
    return try await service.get(request, as: type)
  }
}
