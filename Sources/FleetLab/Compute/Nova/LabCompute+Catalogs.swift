/// Flavors, host aggregates and server groups.
extension LabCompute {
  // MARK: Flavors

  func flavorsRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let path = Array(call.http.path.dropFirst())
    guard call.http.method == "GET", path.count < 2 || path[1] == "os-extra_specs" else { throw .noRoute }
    if let id = path.first, id != "detail" {
      guard let flavor = flavors.first(where: { $0.id == id }) else {
        throw .notFound("Flavor \(id) could not be found.")
      }
      if path.count > 1 { return .json(["extra_specs": .dictionary(flavor.extraSpecs)]) }
      return .json(["flavor": flavorView(flavor, call, detail: true)])
    }
    let page = try call.page(limit: settings.pageLimit)
    guard let shown = slice(flavors.sorted { $0.id < $1.id }, page, after: { $0.id == $1 }) else {
      throw .badRequest("marker [\(page.marker ?? "")] not found")
    }
    let detail = !path.isEmpty
    var body: [String: APIValue] = ["flavors": .array(shown.map { flavorView($0, call, detail: detail) })]
    if let next = nextLink(call, full: shown.count == page.limit, last: shown.last?.id) {
      body["flavors_links"] = next
    }
    return .json(.object(body))
  }

  private func flavorView(_ flavor: NovaFlavor, _ call: NovaCall, detail: Bool) -> APIValue {
    var view: [String: APIValue] = [
      "id": .string(flavor.id), "name": .string(flavor.name), "links": links("flavors/\(flavor.id)"),
    ]
    if call.since(55) { view["description"] = nil as APIValue }
    guard detail else { return .object(view) }
    view.merge([
      "ram": .int(flavor.memoryMB), "disk": .int(flavor.diskGB), "vcpus": .int(flavor.vcpus),
      "swap": call.since(75) ? 0 : "", "OS-FLV-EXT-DATA:ephemeral": 0, "os-flavor-access:is_public": true,
    ]) { $1 }
    if !call.since(102) {
      view["OS-FLV-DISABLED:disabled"] = false
      view["rxtx_factor"] = 1.0
    }
    if call.since(61) { view["extra_specs"] = .dictionary(flavor.extraSpecs) }
    return .object(view)
  }

  // MARK: Aggregates

  func aggregatesRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let path = Array(call.http.path.dropFirst())
    guard call.http.method == "GET", path.count < 2 else { throw .noRoute }
    try call.requireAdmin(path.isEmpty ? "os-aggregates:index" : "os-aggregates:show")
    guard let id = path.first else {
      return .json(["aggregates": .array(aggregates.map { aggregateView($0, call) })])
    }
    guard Int(id) != nil else { throw .badRequest("Invalid input received: id must be an integer") }
    guard let found = aggregates.first(where: { String($0.id) == id }) else {
      throw .notFound("Aggregate \(id) could not be found.")
    }
    return .json(["aggregate": aggregateView(found, call)])
  }

  private func aggregateView(_ aggregate: NovaAggregate, _ call: NovaCall) -> APIValue {
    var view: [String: APIValue] = [
      "id": .int(aggregate.id), "name": .string(aggregate.name), "hosts": .texts(aggregate.hosts),
      "metadata": .dictionary(aggregate.metadata), "availability_zone": .text(aggregate.zone),
      "created_at": .string(WireTime.micros(aggregate.created)), "updated_at": nil, "deleted": false,
      "deleted_at": nil,
    ]
    if call.since(41) { view["uuid"] = .string(aggregate.uuid) }
    return .object(view)
  }

  // MARK: Server groups

  func groupsRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let path = Array(call.http.path.dropFirst())
    guard call.http.method == "GET", path.count < 2 else { throw .noRoute }
    if let id = path.first {
      guard let found = groups.first(where: { $0.id == id }) else {
        throw .notFound("Instance group \(id) could not be found.")
      }
      return .json(["server_group": groupView(found, call)])
    }
    let all = call.isAdmin && call.http.parameter("all_projects") != nil
    let shown = groups.filter { all || $0.projectID == call.projectID }
    return .json(["server_groups": .array(shown.map { groupView($0, call) })])
  }

  private func groupView(_ group: NovaServerGroup, _ call: NovaCall) -> APIValue {
    let members = serverIDs.filter { servers[$0]?.groupID == group.id && servers[$0]?.isDeleted == false }
    var view: [String: APIValue] = [
      "id": .string(group.id), "name": .string(group.name), "members": .texts(members),
    ]
    if call.since(64) {
      view["policy"] = .string(group.policy)
      view["rules"] = group.maxPerHost == 1 ? [:] : ["max_server_per_host": .int(group.maxPerHost)]
    } else {
      view["policies"] = .texts([group.policy])
      view["metadata"] = [:]
    }
    if call.since(13) {
      view["project_id"] = .string(group.projectID)
      view["user_id"] = .string(group.userID)
    }
    return .object(view)
  }
}
