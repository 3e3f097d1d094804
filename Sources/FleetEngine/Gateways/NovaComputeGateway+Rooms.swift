package import FleetCore
import OpenStackAPI

/// What the fleet has free: services, hypervisors and one question to Placement.
extension NovaComputeGateway {
  /// Placement's resource class for slots of encrypted guests.
  static let encryptionClass = "MEM_ENCRYPTION_CONTEXT"

  /// The model whose slots a provider with these traits holds. A provider without one is from the time when there was
  /// only SEV.
  static func model(traits: Set<String>) -> EncryptionModel {
    if traits.contains("HW_CPU_X86_AMD_SEV_SNP") { return .sevSNP }
    return traits.contains("HW_CPU_X86_AMD_SEV_ES") ? .sevES : .sev
  }

  package func rooms() async throws(ComputeError) -> [ComputeRoom] {
    let services = try await asked { () async throws(OpenStackError) in try await cloud.nova.allComputeServices() }
    let hypervisors = try await asked { () async throws(OpenStackError) in try await cloud.nova.hypervisors() }
    let capacities = try await asked { () async throws(OpenStackError) in try await cloud.placement.capacities() }
    let byHost = Dictionary(services.map { ($0.host, $0) }, uniquingKeysWith: { first, _ in first })
    let trees = Dictionary(grouping: capacities, by: \.rootID)
    return hypervisors.map { hypervisor in
      Self.room(hypervisor, byHost[hypervisor.serviceHost], trees[hypervisor.id] ?? [])
    }
  }

  package func peerGroups() async throws(ComputeError) -> [PeerGroup] {
    let groups = try await asked { () async throws(OpenStackError) in try await cloud.nova.serverGroups() }
    return groups.filter { PeerGroup.policies.contains($0.policy) }.map { PeerGroup(id: $0.id, members: $0.members) }
  }

  private static func room(
    _ hypervisor: Hypervisor, _ service: ComputeService?, _ tree: [ProviderCapacity]
  ) -> ComputeRoom {
    func free(_ name: String) -> Int { tree.reduce(0) { $0 + ($1.resources[name]?.free ?? 0) } }
    var slots: [EncryptionModel: Int] = [:]
    for provider in tree {
      guard let resource = provider.resources[encryptionClass] else { continue }
      slots[model(traits: provider.traits), default: 0] += resource.free
    }
    let takes = service.map { ComputeServiceState($0).takesServers } ?? false
    return ComputeRoom(
      host: hypervisor.serviceHost, takesServers: takes, zone: service?.zone, freeVCPUs: free("VCPU"),
      freeMemoryMB: free("MEMORY_MB"), freeSlots: slots)
  }
}
