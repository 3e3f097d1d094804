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
