import Foundation

/// A resource provider: a host, or one encryption model of it.
struct PlacementProvider {
  let host: NovaHost
  /// Nil: the host itself.
  let model: LabGuest.Model?

  var id: String { model.flatMap { host.childProviders[$0] } ?? host.providerID }
  var name: String { host.name + (model?.provider?.suffix ?? "") }
}

/// Placement, read only: providers, inventories, traits and usages.
extension LabCompute {
  private static let least = NovaVersion(1, 0)
  private static let most = NovaVersion(1, 39)

  func placement(_ call: APICall) -> APIAnswer {
    let answer: APIAnswer
    if call.path.isEmpty {
      answer = .json([
        "versions": [
          [
            "id": "v1.0", "max_version": .string(Self.most.description), "min_version": "1.0", "status": "CURRENT",
            "links": [["rel": "self", "href": ""]],
          ]
        ]
      ])
    } else {
      answer = authenticated(call) { token in placementRoute(call, token) }
    }
    return answer.adding("x-openstack-request-id", call.requestID).adding("Vary", "openstack-api-version")
  }

  private func placementRoute(_ call: APICall, _ token: KeystoneDirectory.Token) -> APIAnswer {
    guard let version = placementVersion(call) else { return unacceptable(call) }
    let answer: APIAnswer
    if !token.roles.contains("admin") {
      answer = refusal(403, "Forbidden", "Access was denied to this resource.", call)
    } else if call.method == "GET", call.path == ["allocation_candidates"] {
      answer = candidates(call, version)
    } else if call.method != "GET" || call.path[0] != "resource_providers" {
      answer = refusal(404, "Not Found", "The resource could not be found.", call)
    } else if call.path.count == 1 {
      answer = listProviders(call, version)
    } else {
      answer = provider(call, version)
    }
    return answer.adding("OpenStack-API-Version", "placement \(version)")
  }

  private func placementVersion(_ call: APICall) -> NovaVersion? {
    guard let text = call.headers["openstack-api-version"] else { return Self.least }
    let words = text.split(separator: ",").map { $0.split(separator: " ") }
    guard let asked = words.first(where: { $0.count == 2 && $0[0] == "placement" })?[1] else { return Self.least }
    if asked == "latest" { return Self.most }
    guard let version = NovaVersion(asked), (Self.least...Self.most).contains(version) else { return nil }
    return version
  }

  // MARK: Providers

  var providers: [PlacementProvider] {
    hostNames.compactMap { hosts[$0] }.flatMap { host in
      [PlacementProvider(host: host, model: nil)]
        + LabGuest.Model.allCases.filter { host.slots[$0] != nil }.map { PlacementProvider(host: host, model: $0) }
    }
  }

  private func listProviders(_ call: APICall, _ version: NovaVersion) -> APIAnswer {
    var known: Set = ["name", "uuid", "member_of", "resources", "required"]
    if version >= NovaVersion(1, 14) { known.insert("in_tree") }
    if let odd = call.query.first(where: { !known.contains($0.name) }) {
      let text = "Invalid query string parameters: " + NovaFault.additional(odd.name)
      return refusal(400, "Bad Request", text, call)
    }
    var found = providers
    if let name = call.parameter("name") { found.removeAll { $0.name != name } }
    if let id = call.parameter("uuid") { found.removeAll { $0.id != id } }
    if let id = call.parameter("in_tree"), UUID(uuidString: id) == nil {
      return refusal(400, "Bad Request", "Invalid query string parameters: '\(id)' is not a 'uuid'", call)
    }
    if let id = call.parameter("in_tree") {
      let roots = Set(found.filter { $0.id == id }.map(\.host.name))
      found.removeAll { !roots.contains($0.host.name) }
    }
    return .json(["resource_providers": .array(found.map { providerView($0, version) })])
  }

  private func providerView(_ provider: PlacementProvider, _ version: NovaVersion) -> APIValue {
    let path = "/placement/resource_providers/\(provider.id)"
    let links = ["inventories", "usages", "aggregates", "traits", "allocations"].map { name -> APIValue in
      ["rel": .string(name), "href": .string("\(path)/\(name)")]
    }
    var view: [String: APIValue] = [
      "uuid": .string(provider.id), "name": .string(provider.name), "generation": 2,
      "links": .array([["rel": "self", "href": .string(path)]] + links),
    ]
    if version >= NovaVersion(1, 14) {
      view["parent_provider_uuid"] = provider.model == nil ? nil as APIValue : .string(provider.host.providerID)
      view["root_provider_uuid"] = .string(provider.host.providerID)
    }
    return .object(view)
  }

  private func provider(_ call: APICall, _ version: NovaVersion) -> APIAnswer {
    let id = call.path[1]
    guard let provider = providers.first(where: { $0.id == id }) else {
      return refusal(404, "Not Found", "No resource provider with uuid \(id) found", call)
    }
    switch Array(call.path.dropFirst(2)) {
    case []: return .json(providerView(provider, version))
    case ["inventories"]:
      return .json(["resource_provider_generation": 2, "inventories": .object(inventories(provider))])
    case ["usages"]: return .json(["resource_provider_generation": 2, "usages": .object(usages(provider))])
    case ["traits"] where version >= NovaVersion(1, 6):
      return .json(["resource_provider_generation": 2, "traits": .texts(traits(provider))])
    default: return refusal(404, "Not Found", "The resource could not be found.", call)
    }
  }

  func inventories(_ provider: PlacementProvider) -> [String: APIValue] {
    let host = provider.host
    if let model = provider.model {
      return ["MEM_ENCRYPTION_CONTEXT": inventory(total: host.slots[model] ?? 0, largest: 1)]
    }
    return [
      "VCPU": inventory(total: host.vcpus, ratio: settings.cpuRatio),
      "MEMORY_MB": inventory(total: host.memoryMB, reserved: settings.reservedMemoryMB, ratio: host.memoryRatio),
      "DISK_GB": inventory(total: host.diskGB),
    ]
  }

  private func inventory(total: Int, largest: Int? = nil, reserved: Int = 0, ratio: Double = 1) -> APIValue {
    [
      "total": .int(total), "reserved": .int(reserved), "min_unit": 1, "max_unit": .int(largest ?? total),
      "step_size": 1, "allocation_ratio": .double(ratio),
    ]
  }

  func usages(_ provider: PlacementProvider) -> [String: APIValue] {
    let used = usage(of: provider.host.name)
    if let model = provider.model { return ["MEM_ENCRYPTION_CONTEXT": .int(used.slots[model] ?? 0)] }
    return ["VCPU": .int(used.vcpus), "MEMORY_MB": .int(used.memoryMB), "DISK_GB": .int(used.diskGB)]
  }

  func traits(_ provider: PlacementProvider) -> [String] {
    if let trait = provider.model?.provider?.trait { return [trait, "OWNER_NOVA"] }
    return ["COMPUTE_NODE", "OWNER_NOVA", "COMPUTE_SECURITY_STATELESS_FIRMWARE"]
  }

  // MARK: Refusals

  func refusal(_ status: Int, _ title: String, _ detail: String, _ call: APICall) -> APIAnswer {
    var error: [String: APIValue] = [
      "status": .int(status), "title": .string(title), "detail": .string(detail),
      "request_id": .string(call.requestID),
    ]
    if let version = placementVersion(call), version >= NovaVersion(1, 23) {
      error["code"] = "placement.undefined_code"
    }
    return .json(["errors": [.object(error)]], status: status)
  }

  private func unacceptable(_ call: APICall) -> APIAnswer {
    let error: APIValue = [
      "status": 406, "title": "Not Acceptable", "min_version": "1.0", "max_version": .string(Self.most.description),
      "detail": "Invalid microversion: Unacceptable version header", "request_id": .string(call.requestID),
    ]
    return .json(["errors": [error]], status: 406)
  }
}
