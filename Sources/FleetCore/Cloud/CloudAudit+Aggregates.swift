extension CloudAuditor {
  var aggregateFaults: [CloudFault] {
    guard setUp.aggregates.value != nil else { return [] }
    return outside + withoutSNP + unasked + unoffered
  }

  private var outside: [CloudFault] {
    let inside = Set(sevAggregates.flatMap(\.hosts))
    return sevHosts.filter { !inside.contains($0.name) }.map { .hostOutsideAggregate($0, sevAggregates.first) }
  }

  /// An aggregate that only flavors of lesser models ask for needs no SNP.
  private var withoutSNP: [CloudFault] {
    sevAggregates.flatMap { aggregate -> [CloudFault] in
      let asking = sevFlavors.filter { flavor in
        AggregateProperty.asked(flavor.extraSpecs ?? [:]).contains { $0.isOffered(by: aggregate.metadata) }
      }
      guard asking.isEmpty || asking.contains(where: { $0.wish.encryption == .sevSNP }) else { return [] }
      return hosts.filter { aggregate.hosts.contains($0.name) }.compactMap { host in
        switch host.features?.sevSNP {
        case .lost?, .off?: .hostWithoutSNP(host, aggregate)
        case .unknown?: .unread(.snp(host: host.host?.rawValue ?? host.name))
        case .usable?, nil: nil
        }
      }
    }
  }

  private var unasked: [CloudFault] {
    guard setUp.flavors.value != nil else { return [] }
    let asked = Set(flavors.flatMap { AggregateProperty.asked($0.extraSpecs ?? [:]) })
    return sevAggregates.flatMap { aggregate in
      aggregate.metadata.sorted { $0.key < $1.key }.compactMap { key, value -> CloudFault? in
        guard CloudAggregate.speaksOfSEV(key) || asked.contains(where: { $0.key == key }) else { return nil }
        let askers = asked.filter { $0.key == key && $0.isOffered(by: aggregate.metadata) }
        guard askers.isEmpty else { return nil }
        let idle = sevFlavors.filter { AggregateProperty.asked($0.extraSpecs ?? [:]).isEmpty }
        return .aggregatePropertyUnasked(aggregate, AggregateProperty(key: key, value: value), flavors: idle)
      }
    }
  }

  private var unoffered: [CloudFault] {
    sevFlavors.flatMap { flavor in
      AggregateProperty.asked(flavor.extraSpecs ?? [:]).compactMap { property -> CloudFault? in
        let offers = aggregates.contains { !$0.hosts.isEmpty && property.isOffered(by: $0.metadata) }
        return offers ? nil : .flavorPropertyUnoffered(flavor, property, aggregate: sevAggregates.first)
      }
    }
  }

  // MARK: The filter

  /// Nova tells its filters to nobody. A nova.conf that names them is the best witness; else a server on a host that
  /// the filter would have refused; else nobody knows.
  var filterFaults: [CloudFault] {
    guard !needing.isEmpty else { return [] }
    let named = hosts.compactMap { host -> (host: String, path: String, filters: [String])? in
      guard let conf = host.novaConf.value, let filters = conf.enabledFilters else { return nil }
      return (host.name, conf.place, filters)
    }
    if let without = named.first(where: { !$0.filters.contains(CloudAudit.filterName) }) {
      return [
        .filterMissing(.configuration(host: without.host, path: without.path, filters: without.filters))
      ]
    }
    if !named.isEmpty { return [] }
    if let stray { return [.filterMissing(.placement(stray.0, stray.1))] }
    return [.filterUnknown(flavors: needing.map(\.name))]
  }

  /// Flavors that are placed by a property of an aggregate.
  private var needing: [CloudFlavor] {
    sevFlavors.filter { !AggregateProperty.asked($0.extraSpecs ?? [:]).isEmpty }
  }

  /// Hosts on which a server of such a flavor would tell that the filter was not asked; those with SEV first.
  var telltales: [String] {
    guard setUp.aggregates.value != nil, !hosts.contains(where: { $0.novaConf.value?.enabledFilters != nil }) else {
      return []
    }
    let asked = Set(needing.flatMap { AggregateProperty.asked($0.extraSpecs ?? [:]) })
    let others = hosts.filter { host in
      let offers = aggregates(of: host.name).map(\.metadata)
      return asked.contains { property in !offers.contains { property.isOffered(by: $0) } }
    }
    return (others.filter(\.isForSEV) + others.filter { !$0.isForSEV }).map(\.name)
  }

  private var stray: (CloudPlacement, AggregateProperty)? {
    guard setUp.aggregates.value != nil else { return nil }
    for placement in setUp.placements.sorted(by: { ($0.server, $0.host) < ($1.server, $1.host) }) {
      let offers = aggregates(of: placement.host).map(\.metadata)
      for property in AggregateProperty.asked(placement.extraSpecs)
      where !offers.contains(where: { property.isOffered(by: $0) }) {
        return (placement, property)
      }
    }
    return nil
  }
}
