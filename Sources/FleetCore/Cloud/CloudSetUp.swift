/// What was read of a cloud, or why it could not be: what nobody read is never taken for clean.
package enum CloudReading<Value: Hashable & Sendable>: Hashable, Sendable {
  case read(Value)
  case unread(String)

  package var value: Value? {
    switch self {
    case .read(let value): value
    case .unread: nil
    }
  }
}

/// Everything the audit of a cloud's SEV set-up judges by.
package struct CloudSetUp: Hashable, Sendable {
  package var flavors: CloudReading<[CloudFlavor]>
  package var images: CloudReading<[CloudImage]>
  package var aggregates: CloudReading<[CloudAggregate]>
  /// Every nova-compute host, whether the inventory knows it or not.
  package var hosts: CloudReading<[CloudHost]>
  /// Servers whose flavor asks for a property of an aggregate, with where they are: the only trace a filter leaves.
  /// Empty where the scheduler's own configuration was read.
  package var placements: [CloudPlacement]

  package init(
    flavors: CloudReading<[CloudFlavor]>, images: CloudReading<[CloudImage]>,
    aggregates: CloudReading<[CloudAggregate]>, hosts: CloudReading<[CloudHost]>, placements: [CloudPlacement] = []
  ) {
    self.flavors = flavors
    self.images = images
    self.aggregates = aggregates
    self.hosts = hosts
    self.placements = placements
  }
}

/// A flavor as far as memory encryption goes.
package struct CloudFlavor: Hashable, Sendable {
  package var id: String
  package var name: String
  /// `nil`: hidden from us by policy.
  package var extraSpecs: [String: String]?

  package init(id: String, name: String, extraSpecs: [String: String]?) {
    self.id = id
    self.name = name
    self.extraSpecs = extraSpecs
  }

  package var wish: EncryptionWish { EncryptionWish(extraSpecs ?? [:], prefix: "hw:") }
}

/// An image that servers can be made from.
package struct CloudImage: Hashable, Sendable {
  package var id: String
  package var name: String
  package var properties: [String: String]

  package init(id: String, name: String, properties: [String: String]) {
    self.id = id
    self.name = name
    self.properties = properties
  }

  package var wish: EncryptionWish { EncryptionWish(properties, prefix: "hw_") }
}

package struct CloudAggregate: Hashable, Sendable {
  package var id: Int
  package var name: String
  /// Nova hosts.
  package var hosts: [String]
  package var metadata: [String: String]

  package init(id: Int, name: String, hosts: [String], metadata: [String: String] = [:]) {
    self.id = id
    self.name = name
    self.hosts = hosts
    self.metadata = metadata
  }
}

/// Where a server is whose flavor asks for a property of an aggregate.
package struct CloudPlacement: Hashable, Sendable {
  package var server: String
  package var flavor: String
  package var extraSpecs: [String: String]
  /// Nova host.
  package var host: String

  package init(server: String, flavor: String, extraSpecs: [String: String], host: String) {
    self.server = server
    self.flavor = flavor
    self.extraSpecs = extraSpecs
    self.host = host
  }
}

/// What Placement offers of a host.
package struct CloudOffer: Hashable, Sendable {
  /// Slots for encrypted guests by model; an absent model is not offered.
  package var slots: [EncryptionModel: Int]
  /// How many times over memory may be promised; `nil`: not asked.
  package var memoryRatio: Double?

  package init(slots: [EncryptionModel: Int], memoryRatio: Double? = nil) {
    self.slots = slots
    self.memoryRatio = memoryRatio
  }
}

/// The words of one nova.conf that the guide speaks of; `nil`: the file does not set it.
package struct NovaConf: Hashable, Sendable, Codable {
  /// As it was opened on the host.
  package var path: String
  package var ramAllocationRatio: String?
  package var virtType: String?
  package var hwMachineType: String?
  package var cpuMode: String?
  /// Names of scheduler filters; `nil` also where the value goes on in further lines.
  package var enabledFilters: [String]?

  package init(
    path: String, ramAllocationRatio: String? = nil, virtType: String? = nil, hwMachineType: String? = nil,
    cpuMode: String? = nil, enabledFilters: [String]? = nil
  ) {
    self.path = path
    self.ramAllocationRatio = ramAllocationRatio
    self.virtType = virtType
    self.hwMachineType = hwMachineType
    self.cpuMode = cpuMode
    self.enabledFilters = enabledFilters
  }
}

/// One nova-compute host: Placement's word, the last look at the machine, and its configuration.
package struct CloudHost: Hashable, Sendable {
  /// Nova's name of it.
  package var name: String
  /// `nil`: the inventory does not name it, so nobody looks at it.
  package var host: HostID?
  package var offer: CloudReading<CloudOffer>
  /// By the last look; `nil`: it was never seen.
  package var features: SEVFeatures?
  /// Whether SEV-ES is refused once the host runs its target; `nil`: it has none, or nobody can tell.
  package var refusesSEVESAfterTarget: Bool?
  /// AMD's code name; `nil`: not known.
  package var generation: String?
  /// What runs nova-compute there, as seen.
  package var computeUnit: ComputeUnit?
  package var novaConf: CloudReading<NovaConf>

  package init(
    name: String, host: HostID?, offer: CloudReading<CloudOffer>, features: SEVFeatures?,
    refusesSEVESAfterTarget: Bool? = nil, generation: String? = nil, computeUnit: ComputeUnit? = nil,
    novaConf: CloudReading<NovaConf>
  ) {
    self.name = name
    self.host = host
    self.offer = offer
    self.features = features
    self.refusesSEVESAfterTarget = refusesSEVESAfterTarget
    self.generation = generation
    self.computeUnit = computeUnit
    self.novaConf = novaConf
  }

  /// Whether encrypted guests may come here: by Placement, or because the machine can.
  package var isForSEV: Bool {
    if let slots = offer.value?.slots, slots.contains(where: { $0.key.isConfidential && $0.value > 0 }) { return true }
    return features?.sev == .usable
  }

  /// What the last look says of one model; `nil`: never seen.
  package func verdict(_ model: EncryptionModel) -> FeatureVerdict? {
    guard let features else { return nil }
    switch model {
    case .sev: return features.sev
    case .sevES: return features.sevES
    case .sevSNP: return features.sevSNP
    case .none, .unknown: return .unknown
    }
  }

  /// Whether guests of a model can start here; `nil`: nobody can tell.
  package func serves(_ model: EncryptionModel) -> Bool? {
    let verdict = verdict(model)
    if verdict == .lost || verdict == .off { return false }
    guard let slots = offer.value?.slots else { return nil }
    guard slots[model] ?? 0 > 0 else { return false }
    return verdict == .usable ? true : nil
  }
}
