/// A resource provider of Placement.
package struct ResourceProvider: Sendable, Hashable, Identifiable {
  /// A UUID.
  package var id: String
  package var name: String
  /// Nil for the root, which is the hypervisor.
  package var parentID: String?
  package var generation: Int

  package init(id: String, name: String, parentID: String? = nil, generation: Int = 0) {
    self.id = id
    self.name = name
    self.parentID = parentID
    self.generation = generation
  }
}

/// How much of one resource class a provider has.
package struct ResourceInventory: Sendable, Hashable, Decodable {
  package var total: Int
  package var reserved: Int
  /// How many times over it may be promised; 1 where Placement does not say.
  package var allocationRatio: Double

  package init(total: Int, reserved: Int = 0, allocationRatio: Double = 1) {
    self.total = total
    self.reserved = reserved
    self.allocationRatio = allocationRatio
  }

  enum CodingKeys: String, CodingKey {
    case total, reserved
    case allocationRatio = "allocation_ratio"
  }

  package init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      total: try body.decode(Int.self, forKey: .total), reserved: try body.decode(Int.self, forKey: .reserved),
      allocationRatio: try body.decodeIfPresent(Double.self, forKey: .allocationRatio) ?? 1)
  }

  /// What may be promised of it in all, as Placement rounds it.
  package var capacity: Int { Int(Double(total - reserved) * allocationRatio) }
}

/// How much of one resource class a provider may promise, and has.
package struct ResourceCapacity: Sendable, Hashable, Decodable {
  package var capacity: Int
  package var used: Int

  package init(capacity: Int, used: Int) {
    self.capacity = capacity
    self.used = used
  }

  /// Not negative: a ratio that was lowered leaves more used than there is.
  package var free: Int { max(0, capacity - used) }
}

/// What a provider has free, as a scheduler sees it.
package struct ProviderCapacity: Sendable, Hashable, Identifiable {
  /// A UUID.
  package var id: String
  /// Nil for the root.
  package var parentID: String?
  /// The hypervisor's.
  package var rootID: String
  /// By resource class.
  package var resources: [String: ResourceCapacity]
  package var traits: Set<String>

  package init(
    id: String, parentID: String? = nil, rootID: String, resources: [String: ResourceCapacity] = [:],
    traits: Set<String> = []
  ) {
    self.id = id
    self.parentID = parentID
    self.rootID = rootID
    self.resources = resources
    self.traits = traits
  }
}

/// A provider with everything that says what it offers and what is taken of it.
package struct ProviderRecord: Sendable, Hashable {
  package var provider: ResourceProvider
  /// By resource class, such as `MEM_ENCRYPTION_CONTEXT`.
  package var inventories: [String: ResourceInventory]
  /// Such as `HW_CPU_X86_AMD_SEV`.
  package var traits: Set<String>
  /// By resource class.
  package var usages: [String: Int]

  package init(
    provider: ResourceProvider, inventories: [String: ResourceInventory] = [:], traits: Set<String> = [],
    usages: [String: Int] = [:]
  ) {
    self.provider = provider
    self.inventories = inventories
    self.traits = traits
    self.usages = usages
  }
}
