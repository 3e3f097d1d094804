import Foundation

/// What the cloud holds from the start. None of this goes through the API, so none of it is in the audit.
extension LabCompute {
  /// State a server is put into at once.
  package enum SeededState: Sendable { case active, shutoff, paused, suspended, error }

  /// A mistake of the test itself.
  package enum SeedingError: Error, Hashable {
    case noSuchHost(String), noSuchFlavor(String), noSuchProject(String), noSuchImage(String)
  }

  /// MEM_ENCRYPTION_CONTEXT of a host that has all three models.
  package static let allSlots: [LabGuest.Model: Int] = [.sev: 15, .sevES: 99, .sevSNP: 99]

  /// Adds a host whose nova-compute runs and is enabled.
  /// - Parameters:
  ///   - memoryMB: in MiB, of which `reservedMemoryMB` is kept for the host.
  ///   - slots: encrypted guests it can hold, by model; an absent model is not offered at all.
  ///   - aggregates: names; made if they do not exist.
  package func addHost(
    _ name: String, vcpus: Int = 64, memoryMB: Int = 262_144, slots: [LabGuest.Model: Int] = LabCompute.allSlots,
    aggregates: [String] = []
  ) {
    let models = LabGuest.Model.allCases.filter { $0 != .none }
    hosts[name] = NovaHost(
      name: name, vcpus: vcpus, memoryMB: memoryMB, diskGB: 4000, serviceID: newUUID(),
      serviceNumber: hostNames.count + 3, providerID: newUUID(),
      childProviders: Dictionary(uniqueKeysWithValues: models.map { ($0, newUUID()) }), slots: slots,
      recordWritten: clock.now, beatsSince: clock.now, lastBeat: clock.now)
    if !hostNames.contains(name) { hostNames.append(name) }
    for aggregate in aggregates { addHost(name, toAggregate: aggregate) }
  }

  /// Puts a host into an aggregate, which is made if need be; the metadata key `availability_zone` makes it a zone.
  package func addHost(_ host: String, toAggregate name: String, metadata: [String: String] = [:]) {
    if let index = aggregates.firstIndex(where: { $0.name == name }) {
      if !aggregates[index].hosts.contains(host) { aggregates[index].hosts.append(host) }
      aggregates[index].metadata.merge(metadata) { $1 }
    } else {
      aggregates.append(
        NovaAggregate(
          id: (aggregates.map(\.id).max() ?? 0) + 1, uuid: newUUID(), name: name, created: now, hosts: [host],
          metadata: metadata))
    }
  }

  /// Adds a flavor, or replaces the one of that name for servers still to come.
  package func addFlavor(
    _ name: String, vcpus: Int = 1, memoryMB: Int = 512, diskGB: Int = 1, extraSpecs: [String: String] = [:]
  ) {
    let flavor = NovaFlavor(
      id: newUUID(), number: flavors.count + 1, name: name, vcpus: vcpus, memoryMB: memoryMB, diskGB: diskGB,
      extraSpecs: extraSpecs)
    flavors.removeAll { $0.name == name }
    flavors.append(flavor)
  }

  /// - Returns: the image's id.
  package func addImage(_ name: String, properties: [String: String]) -> String {
    let image = GlanceImage(id: newUUID(), name: name, properties: properties)
    images.append(image)
    return image.id
  }

  /// - Returns: the group's id.
  package func addServerGroup(
    _ name: String, policy: String = "anti-affinity", project: String = "admin", maxPerHost: Int = 1
  ) -> String {
    let group = NovaServerGroup(
      id: newUUID(), name: name, policy: policy,
      projectID: directory.project(named: project)?.id ?? directory.admin.id, userID: directory.adminUser.id,
      maxPerHost: maxPerHost)
    groups.append(group)
    return group.id
  }

  /// Where a server's disk comes from.
  package enum BootSource: Sendable {
    /// The lab image that fits the flavor.
    case fitting
    case image(String)
    /// A volume that was made from an image with these properties. Nova obeys them and shows no image.
    case volume(imageProperties: [String: String])
  }

  /// Adds a server that has been there for long.
  /// - Parameters:
  ///   - host: nil for one that never found a host; its state is ERROR then.
  ///   - metadata: may hold the fault keys `lab_live`, `lab_cold`, `lab_power`.
  /// - Returns: its id.
  package func addServer(
    _ name: String, flavor: String = "plain.small", host: String?, state: SeededState = .active,
    project: String = "admin", boot: BootSource = .fitting, metadata: [String: String] = [:], tags: [String] = [],
    group: String? = nil
  ) async throws -> String {
    if let host, hosts[host] == nil { throw SeedingError.noSuchHost(host) }
    var server = try newServer(name, flavor: flavor, project: project, boot: boot, group: group)
    server.host = host
    server.metadata = metadata
    server.tags = tags
    server.launchedAt = host == nil ? nil : now
    (server.vmState, server.power) = host == nil ? (.error, .none) : states(state)
    if host == nil { server.fault = NovaServerFault(message: "No valid host was found. ", created: now) }
    insert(server)
    guard let host else { return server.id }
    switch state {
    case .active, .error: try await startGuest(server, on: host)
    case .paused: try await startGuest(server, on: host, paused: true)
    case .shutoff, .suspended: hosts[host]?.guests[server.id] = .off
    }
    return server.id
  }

  /// Adds a server that is still being built: without a host for `scheduling`, then on `host`, which may be disabled
  /// by then, and ACTIVE after the build. Obeys the fault key `lab_spawn`.
  /// - Returns: its id.
  package func spawnLateBuild(
    _ name: String, flavor: String = "plain.small", on host: String, scheduling: Duration = .milliseconds(20),
    metadata: [String: String] = [:]
  ) throws -> String {
    guard hosts[host] != nil else { throw SeedingError.noSuchHost(host) }
    var server = try newServer(name, flavor: flavor, project: "admin", boot: .fitting, group: nil)
    server.metadata = metadata
    server.taskState = .scheduling
    insert(server)
    spawn { [id = server.id] lab in try await lab.build(id, on: host, scheduling: scheduling) }
    return server.id
  }

  /// A server whose guest is there already: built on the host while nobody looked.
  package func learn(_ guest: LabVirtualMachine, on host: String) {
    let model = guest.model == .none ? "plain" : guest.model.rawValue
    guard hosts[host] != nil, servers[guest.uuid] == nil,
      var server = try? newServer(
        guest.name, id: guest.uuid, flavor: "\(model).small", project: "demo", boot: .fitting, group: nil)
    else { return }
    server.host = host
    server.launchedAt = now
    (server.vmState, server.power) = states(.active)
    insert(server)
    hosts[host]?.guests[server.id] = .running
  }

  // MARK: Pieces

  private func newServer(
    _ name: String, id: String? = nil, flavor: String, project: String, boot: BootSource, group: String?
  ) throws -> NovaServer {
    guard let flavor = flavors.first(where: { $0.name == flavor }) else { throw SeedingError.noSuchFlavor(flavor) }
    guard let project = directory.project(named: project) else { throw SeedingError.noSuchProject(project) }
    let (image, properties, volume) = try source(boot, flavor)
    return NovaServer(
      id: id ?? newServerID(), number: serverIDs.count + 1, name: name, projectID: project.id,
      userID: directory.adminUser.id, flavor: flavor, imageID: image, volumeID: volume, imageProperties: properties,
      groupID: group, created: now, updated: now)
  }

  /// Ids sort in the order in which servers were made, so that a lab repeats itself wherever somebody goes by id.
  private func newServerID() -> String {
    let number = String(serverIDs.count + 1, radix: 16)
    return String(repeating: "0", count: max(0, 8 - number.count)) + number + newUUID().dropFirst(8)
  }

  private func source(
    _ boot: BootSource, _ flavor: NovaFlavor
  ) throws -> (image: String?, properties: [String: String], volume: String?) {
    switch boot {
    case .fitting:
      let image = fittingImage(flavor)
      return (image.id, image.properties, nil)
    case .image(let id):
      guard let image = images.first(where: { $0.id == id }) else { throw SeedingError.noSuchImage(id) }
      return (image.id, image.properties, nil)
    case .volume(let properties): return (nil, properties, newUUID())
    }
  }

  private func fittingImage(_ flavor: NovaFlavor) -> GlanceImage {
    switch LabGuest.Model(extraSpecs: flavor.extraSpecs, imageProperties: [:]) {
    case .none: .plain
    case .sev, .sevES: .uefi
    case .sevSNP: .stateless
    }
  }

  private func states(_ state: SeededState) -> (VMState, PowerState) {
    switch state {
    case .active: (.active, .running)
    case .shutoff: (.stopped, .shutdown)
    case .paused: (.paused, .paused)
    case .suspended: (.suspended, .suspended)
    case .error: (.error, .running)
    }
  }

  private func insert(_ server: NovaServer) {
    note("create", server, request: "req-" + newUUID(), project: server.projectID, user: server.userID)
    servers[server.id] = server
    serverIDs.append(server.id)
  }

  func newUUID() -> String { UUID().uuidString.lowercased() }

  /// Flavors that exist from the start, named and sized as those of the test bed with the real Nova.
  static let standardFlavors: [NovaFlavor] = {
    let sev = ["hw:mem_encryption": "true"]
    let rows: [(String, Int, Int, Int, [String: String])] = [
      ("plain.small", 1, 512, 1, [:]), ("plain.large", 8, 16384, 40, [:]),
      ("plain.huge", 4096, 8_388_608, 1, [:]), ("sev.small", 1, 512, 1, sev),
      ("sev-es.small", 1, 512, 1, sev.merging(["hw:mem_encryption_model": "amd-sev-es"]) { $1 }),
      ("sev-snp.small", 1, 512, 1, sev.merging(["hw:mem_encryption_model": "amd-sev-snp"]) { $1 }),
    ]
    return rows.enumerated().map { index, row in
      NovaFlavor(
        id: UUID().uuidString.lowercased(), number: index + 1, name: row.0, vcpus: row.1, memoryMB: row.2,
        diskGB: row.3, extraSpecs: row.4)
    }
  }()
}
