/// A product within a generation, finer than what names a firmware file: microcode compares only inside one of these
/// (FEATURES 74).
package struct SEVProduct: Hashable, Sendable, Codable {
  /// AMD's code name, for example `Milan-X`.
  package var name: String
  /// Name of the `SEVGeneration` it belongs to.
  package var generation: String
  /// Models and steppings that it has.
  package var models: [Int]
  package var steppings: [Int]
  package var fact: Fact

  package init(name: String, generation: String, models: [Int], steppings: [Int], fact: Fact) {
    self.name = name
    self.generation = generation
    self.models = models
    self.steppings = steppings
    self.fact = fact
  }

  package func covers(_ cpu: CPUIdentity) -> Bool { models.contains(cpu.model) && steppings.contains(cpu.stepping) }
}

/// Which product a processor is, as far as facts tell.
package struct ProductIdentity: Hashable, Sendable {
  package var generation: SEVGeneration
  /// Names whose microcode floors are its own: one; several where cpuinfo cannot tell them apart; none where no fact
  /// says which of the generation's products has this stepping.
  package var names: [String]
  /// What tells the product; `nil`: the generation has but one.
  package var fact: Fact?

  package init(generation: SEVGeneration, names: [String], fact: Fact?) {
    self.generation = generation
    self.names = names
    self.fact = fact
  }

  /// `Milan-X`, `Bergamo/Siena`, or `Milan of an unknown kind`.
  package var text: String {
    names.isEmpty ? "\(generation.name) of an unknown kind" : names.joined(separator: "/")
  }
}

extension Facts {
  /// The product of a processor; `nil` where no generation covers it.
  package func product(of cpu: CPUIdentity) -> ProductIdentity? {
    guard let generation = generation(of: cpu) else { return nil }
    let rows = products.filter { $0.generation == generation.name }
    guard !rows.isEmpty else {
      return ProductIdentity(generation: generation, names: generation.productNames, fact: nil)
    }
    let own = rows.filter { $0.covers(cpu) }
    return ProductIdentity(generation: generation, names: own.map(\.name), fact: own.first?.fact)
  }
}

extension SEVGeneration {
  /// The code names that the row stands for: two in `Bergamo/Siena`.
  package var productNames: [String] { name.split(separator: "/").map(String.init) }
}
