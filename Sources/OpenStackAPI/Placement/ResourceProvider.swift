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

  package init(total: Int, reserved: Int = 0) {
    self.total = total
    self.reserved = reserved
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
