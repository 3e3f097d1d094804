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
