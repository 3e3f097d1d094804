/// `allocation_candidates`, as far as somebody asks what is free: one group of resources, whole trees.
extension LabCompute {
  private static let wholeTrees = NovaVersion(1, 29)

  func candidates(_ call: APICall, _ version: NovaVersion) -> APIAnswer {
    guard version >= Self.wholeTrees else {
      return refusal(404, "Not Found", "The resource could not be found.", call)
    }
    if let odd = call.query.first(where: { $0.name != "resources" }) {
      let text = "Invalid query string parameters: " + NovaFault.additional(odd.name)
      return refusal(400, "Bad Request", text, call)
    }
    guard let asked = call.parameter("resources").flatMap(Self.amounts), !asked.isEmpty else {
      let text =
        "Badly formed resources parameter. Expected resources query string parameter in form: "
        + "?resources=VCPU:2,MEMORY_MB:1024."
      return refusal(400, "Bad Request", text, call)
    }
    var requests: [APIValue] = []
    var summaries: [String: APIValue] = [:]
    for (_, tree) in Dictionary(grouping: providers, by: \.host.name).sorted(by: { $0.key < $1.key }) {
      guard let request = request(asked, of: tree) else { continue }
      requests.append(request)
      for provider in tree { summaries[provider.id] = summary(provider) }
    }
    return .json(["allocation_requests": .array(requests), "provider_summaries": .object(summaries)])
  }

  /// `VCPU:1,MEMORY_MB:1`; nil for anything else.
  private static func amounts(_ text: String) -> [(name: String, amount: Int)]? {
    var amounts: [(name: String, amount: Int)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":")
      guard words.count == 2, let amount = Int(words[1]), amount > 0 else { return nil }
      amounts.append((String(words[0]), amount))
    }
    return amounts
  }

  /// The first provider of the tree that has enough of each class; nil where one class is short.
  private func request(_ asked: [(name: String, amount: Int)], of tree: [PlacementProvider]) -> APIValue? {
    var taken: [String: [String: APIValue]] = [:]
    for (name, amount) in asked {
      let giver = tree.first { provider in
        capacities(provider).contains { $0.name == name && $0.capacity - $0.used >= amount }
      }
      guard let giver else { return nil }
      taken[giver.id, default: [:]][name] = .int(amount)
    }
    return ["allocations": .object(taken.mapValues { ["resources": .object($0)] })]
  }

  private func summary(_ provider: PlacementProvider) -> APIValue {
    var resources: [String: APIValue] = [:]
    for row in capacities(provider) { resources[row.name] = ["capacity": .int(row.capacity), "used": .int(row.used)] }
    return [
      "resources": .object(resources), "traits": .texts(traits(provider)),
      "parent_provider_uuid": provider.model == nil ? nil as APIValue : .string(provider.host.providerID),
      "root_provider_uuid": .string(provider.host.providerID),
    ]
  }

  /// Totals less what is reserved, times the ratio, rounded down as Placement does.
  private func capacities(_ provider: PlacementProvider) -> [(name: String, capacity: Int, used: Int)] {
    let used = usages(provider)
    return inventories(provider).compactMap { name, inventory in
      guard case .int(let total)? = inventory["total"], case .int(let reserved)? = inventory["reserved"],
        case .double(let ratio)? = inventory["allocation_ratio"], case .int(let taken)? = used[name]
      else { return nil }
      return (name, Int(Double(total - reserved) * ratio), taken)
    }
  }
}
