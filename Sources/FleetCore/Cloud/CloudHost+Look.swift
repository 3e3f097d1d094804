/// What the inventory and the last look know of a nova-compute host.
extension CloudHost {
  /// A host of the inventory, before Placement and the host itself were asked.
  package init(
    name: String, host: Host, observation: Observation?, facts: Facts, catalog: Catalog = Catalog(images: [])
  ) {
    self.init(
      name: name, host: host.id, offer: .unread("Placement was not asked"),
      features: observation.map { SEVFeatures.judge($0, facts: facts) },
      refusesSEVESAfterTarget: observation.flatMap {
        Self.refusal(host.target, $0, facts: facts, catalog: catalog)
      },
      generation: observation?.cpu.flatMap { facts.generation(of: $0)?.name },
      computeUnit: observation?.computeUnit, novaConf: .unread("it was not looked at"))
  }

  /// Whether the target refuses SEV-ES on a host (RULES S); `nil`: it has none that says, or nobody can tell.
  private static func refusal(
    _ target: FirmwareTarget?, _ observation: Observation, facts: Facts, catalog: Catalog
  ) -> Bool? {
    guard let cpu = observation.cpu, let generation = facts.generation(of: cpu) else { return nil }
    if SEVFeatures.judge(observation, facts: facts).sevSNP == .off { return false }
    let wanted: FirmwareVersion? =
      switch target {
      case .version(let version)?: version
      case .named(_, let versions)?: versions[cpu.familyModel]
      case .factory?, .backup?, nil: nil
      }
    guard let wanted else { return nil }
    let rule = SEVESRule(facts: facts, generation: generation)
    let answer: SEVESRule.Answer
    switch catalog.image(wanted, for: cpu.familyModel) {
    case .success(let image): answer = rule.refusal(image: image)
    case .failure: answer = rule.refusal(currentSNP: nil, version: wanted)
    }
    switch answer {
    case .lost: return true
    case .kept: return false
    case .unknown: return nil
    }
  }
}
