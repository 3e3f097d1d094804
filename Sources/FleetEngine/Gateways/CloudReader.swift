package import FleetCore
package import FleetFormats
package import OpenStackAPI

/// Reads everything that the audit of a cloud's SEV set-up judges by: Nova, Placement, Glance, and the nova.conf of the
/// hosts that are for SEV. Changes nothing. What gives no answer is kept as unread, with the reason.
package struct CloudReader: Sendable {
  /// Hosts whose servers are looked through for a trace of the scheduler's filters: each costs a request, and one
  /// server in the wrong place is enough.
  static let tracedHosts = 100
  /// Hosts or providers that are asked at once: as many as the client keeps connections to one service.
  static let parallel = 8

  /// What is known of one host before anybody is asked.
  package struct Known: Sendable {
    package var host: Host
    package var observation: Observation?

    package init(host: Host, observation: Observation?) {
      self.host = host
      self.observation = observation
    }
  }

  private let cloud: OpenStackCloud
  private let confs: any NovaConfGateway
  private let places: [NovaConfPlace]
  private let facts: Facts
  private let catalog: Catalog

  package init(
    cloud: OpenStackCloud, confs: any NovaConfGateway, places: [NovaConfPlace], facts: Facts, catalog: Catalog
  ) {
    self.cloud = cloud
    self.confs = confs
    self.places = places
    self.facts = facts
    self.catalog = catalog
  }

  package func read(_ known: [Known]) async -> CloudSetUp {
    let byName = Dictionary(
      known.compactMap { entry in entry.host.computeHost.name.map { ($0, entry) } }, uniquingKeysWith: { $1 })
    let flavors = await flavors()
    let images = await images()
    let aggregates = await aggregates()
    var setUp = CloudSetUp(flavors: flavors, images: images, aggregates: aggregates, hosts: .unread("not asked"))
    do throws(OpenStackError) {
      let hypervisors = Dictionary(grouping: try await cloud.nova.hypervisors(), by: \.serviceHost)
      let hosts = try await hosts(byName, hypervisors)
      setUp.hosts = .read(await withConfigurations(hosts, byName, hypervisors))
    } catch {
      setUp.hosts = .unread("\(error)")
    }
    setUp.placements = await placements(CloudAudit.telltales(setUp))
    return setUp
  }

  // MARK: Lists

  private func flavors() async -> CloudReading<[CloudFlavor]> {
    await reading { () async throws(OpenStackError) in
      try await cloud.nova.flavors().map { CloudFlavor(id: $0.id, name: $0.name, extraSpecs: $0.extraSpecs) }
    }
  }

  private func images() async -> CloudReading<[CloudImage]> {
    await reading { () async throws(OpenStackError) in
      try await cloud.glance.images().filter { $0.status == "active" }.map {
        CloudImage(id: $0.id, name: $0.name ?? $0.id, properties: $0.properties)
      }
    }
  }

  private func aggregates() async -> CloudReading<[CloudAggregate]> {
    await reading { () async throws(OpenStackError) in
      try await cloud.nova.aggregates().map {
        CloudAggregate(id: $0.id, name: $0.name, hosts: $0.hosts, metadata: $0.metadata)
      }
    }
  }

  private func reading<Value: Hashable & Sendable>(
    _ call: () async throws(OpenStackError) -> Value
  ) async -> CloudReading<Value> {
    do throws(OpenStackError) {
      return .read(try await call())
    } catch {
      return .unread("\(error)")
    }
  }

  // MARK: Hosts

  private func hosts(
    _ known: [String: Known], _ hypervisors: [String: [Hypervisor]]
  ) async throws(OpenStackError) -> [CloudHost] {
    let names = Set(try await cloud.nova.allComputeServices().map(\.host))
    let trees = await reading { () async throws(OpenStackError) in
      Dictionary(grouping: try await cloud.placement.capacities(), by: \.rootID)
    }
    return await bounded(names.sorted(), Self.parallel) { name in
      var host =
        known[name].map {
          CloudHost(name: name, host: $0.host, observation: $0.observation, facts: facts, catalog: catalog)
        }
        ?? CloudHost(
          name: name, host: nil, offer: .unread(""), features: nil, novaConf: .unread("it is not in the inventory"))
      host.offer = await offer(hypervisors[name] ?? [], trees)
      return host
    }
  }

  /// A host that is full is missing among the capacities, and is asked for by itself.
  private func offer(
    _ hypervisors: [Hypervisor], _ trees: CloudReading<[String: [ProviderCapacity]]>
  ) async -> CloudReading<CloudOffer> {
    var slots: [EncryptionModel: Int] = [:]
    switch trees {
    case .unread(let why): return .unread(why)
    case .read(let trees):
      for hypervisor in hypervisors {
        do throws(OpenStackError) {
          if let tree = trees[hypervisor.id] {
            slots.merge(Self.slots(tree)) { $0 + $1 }
          } else {
            let records = try await cloud.placement.records(hypervisor: hypervisor.hostname)
            slots.merge(Self.slots(records)) { $0 + $1 }
          }
        } catch {
          return .unread("\(error)")
        }
      }
    }
    return .read(CloudOffer(slots: slots))
  }

  private static func slots(_ tree: [ProviderCapacity]) -> [EncryptionModel: Int] {
    var slots: [EncryptionModel: Int] = [:]
    for provider in tree {
      guard let resource = provider.resources[NovaComputeGateway.encryptionClass] else { continue }
      slots[NovaComputeGateway.model(traits: provider.traits), default: 0] += resource.capacity
    }
    return slots
  }

  private static func slots(_ records: [ProviderRecord]) -> [EncryptionModel: Int] {
    var slots: [EncryptionModel: Int] = [:]
    for record in records {
      guard let inventory = record.inventories[NovaComputeGateway.encryptionClass] else { continue }
      slots[NovaComputeGateway.model(traits: record.traits), default: 0] += max(0, inventory.capacity)
    }
    return slots
  }

  /// The nova.conf of each host that is for SEV; Placement's memory ratio where the file has no word of it.
  private func withConfigurations(
    _ hosts: [CloudHost], _ known: [String: Known], _ hypervisors: [String: [Hypervisor]]
  ) async -> [CloudHost] {
    await bounded(hosts, Self.parallel) { host in
      var host = host
      guard host.isForSEV else { return host }
      if let entry = known[host.name]?.host { host.novaConf = await confs.novaConf(entry, places: places) }
      guard host.novaConf.value?.ramAllocationRatio == nil, case .read(var offer) = host.offer else { return host }
      offer.memoryRatio = await memoryRatio(hypervisors[host.name] ?? [])
      host.offer = .read(offer)
      return host
    }
  }

  /// The greatest one; `nil`: Placement does not say.
  private func memoryRatio(_ hypervisors: [Hypervisor]) async -> Double? {
    var greatest: Double?
    do throws(OpenStackError) {
      for hypervisor in hypervisors {
        guard let memory = try await cloud.placement.inventories(hypervisor.id)["MEMORY_MB"] else { continue }
        greatest = max(greatest ?? 0, memory.allocationRatio)
      }
      return greatest
    } catch {
      return nil
    }
  }

  // MARK: Traces of the filter

  private func placements(_ hosts: [String]) async -> [CloudPlacement] {
    await bounded(Array(hosts.prefix(Self.tracedHosts)), Self.parallel) { host -> [CloudPlacement] in
      // A host that gives no answer leaves no trace; that none was found is said as such.
      let servers = (try? await cloud.nova.servers(host: host)) ?? []
      return servers.compactMap { server in
        guard let specs = server.flavor.extraSpecs, !AggregateProperty.asked(specs).isEmpty else { return nil }
        return CloudPlacement(server: server.id, flavor: server.flavor.name, extraSpecs: specs, host: host)
      }
    }.flatMap { $0 }
  }
}
