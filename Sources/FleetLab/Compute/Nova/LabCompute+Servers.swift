/// `servers`: listings with filters and pages, single servers and their metadata.
extension LabCompute {
  func serversRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let path = Array(call.http.path.dropFirst())
    switch (call.http.method, path.count) {
    case ("GET", 0): return try listServers(call, detail: false)
    case ("GET", 1) where path[0] == "detail": return try listServers(call, detail: true)
    case ("GET", 1):
      let server = try find(path[0], call)
      return .json(["server": serverView(server, call, single: true)])
    case ("POST", 2) where path[1] == "action": return try serverAction(try find(path[0], call), call)
    case ("GET", 2) where path[1] == "metadata":
      return .json(["metadata": .dictionary(try find(path[0], call).metadata)])
    case ("POST", 2) where path[1] == "metadata": return try updateMetadata(try find(path[0], call), call)
    case (_, 2...) where path[1] == "os-instance-actions":
      return try actionsRoute(try find(path[0], call), Array(path.dropFirst(2)), call)
    case (_, 2...) where path[1] == "migrations":
      return try serverMigrationsRoute(try find(path[0], call), Array(path.dropFirst(2)), call)
    default: throw .noRoute
    }
  }

  /// The server, if the caller may know of it.
  private func find(_ id: String, _ call: NovaCall) throws(NovaFault) -> NovaServer {
    guard let server = servers[id], !server.isDeleted, call.isAdmin || server.projectID == call.projectID else {
      throw .notFound("Instance \(id) could not be found.")
    }
    return server
  }

  // MARK: Listing

  private static let knownFilters: Set = [
    "all_tenants", "host", "node", "name", "status", "vm_state", "task_state", "project_id", "tenant_id", "user_id",
    "flavor", "image", "uuid", "limit", "marker",
  ]

  private static let statuses: Set = [
    "ACTIVE", "BUILD", "DELETED", "ERROR", "HARD_REBOOT", "MIGRATING", "PASSWORD", "PAUSED", "REBOOT", "REBUILD",
    "RESCUE", "RESIZE", "REVERT_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "SHUTOFF", "SOFT_DELETED", "SUSPENDED",
    "UNKNOWN", "VERIFY_RESIZE",
  ]

  private func listServers(_ call: NovaCall, detail: Bool) throws(NovaFault) -> APIAnswer {
    let page = try call.page(limit: settings.pageLimit)
    try call.refuseUnknown(Self.knownFilters, since: 75) { "'\($0)' does not match any of the regexes: '^_'" }
    guard call.token.project != nil else { throw .forbidden("servers:\(detail ? "detail" : "index")") }
    if let marker = page.marker, servers[marker] == nil { throw .badRequest("marker [\(marker)] not found") }
    let allTenants = try call.flag("all_tenants")
    if call.since(38), call.http.values("status").contains(where: { !Self.statuses.contains($0.uppercased()) }) {
      throw .badRequest("Invalid status value")
    }
    if allTenants, !call.isAdmin { throw .forbidden("servers:\(detail ? "detail" : "index"):get_all_tenants") }
    let mine = allTenants ? nil : call.projectID
    // Newest first. A deleted server is not listed, yet its place still marks a page.
    let newest = serverIDs.reversed().compactMap { servers[$0] }
    let after = page.marker.flatMap { servers[$0]?.number } ?? Int.max
    let all = newest.lazy.filter { server in
      server.number < after && !server.isDeleted && (mine == nil || server.projectID == mine)
        && self.matches(server, call)
    }
    let shown = Array(all.prefix(page.limit))
    var body: [String: APIValue] = [
      "servers": .array(shown.map { detail ? serverView($0, call, single: false) : shortView($0) })
    ]
    if let next = nextLink(call, full: shown.count == page.limit, last: shown.last?.id) {
      body["servers_links"] = next
    }
    return .json(.object(body))
  }

  private func matches(_ server: NovaServer, _ call: NovaCall) -> Bool {
    let query = call.http
    // Filters that only an admin may use are dropped for others without a word.
    if call.isAdmin {
      if let host = query.parameter("host"), server.host != host { return false }
      if let node = query.parameter("node"), server.host != node { return false }
      if let state = query.parameter("vm_state"), server.vmState.rawValue != state { return false }
      if let task = query.parameter("task_state"), server.taskState?.rawValue != task { return false }
    }
    // Names a project only among all of them; without `all_tenants` it is the caller's own anyway.
    if query.parameter("all_tenants") != nil,
      let project = query.parameter("project_id") ?? query.parameter("tenant_id"), server.projectID != project
    {
      return false
    }
    if let uuid = query.parameter("uuid"), server.id != uuid { return false }
    if let flavor = query.parameter("flavor"), server.flavor.id != flavor { return false }
    if let image = query.parameter("image"), server.imageID != image { return false }
    if let name = query.parameter("name"), !server.name.contains(name) { return false }
    let statuses = query.values("status")
    return statuses.isEmpty || statuses.contains { $0.uppercased() == server.status }
  }

  private func shortView(_ server: NovaServer) -> APIValue {
    ["id": .string(server.id), "name": .string(server.name), "links": links("servers/\(server.id)")]
  }

  // MARK: Metadata

  private func updateMetadata(_ server: NovaServer, _ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let body = try call.body()
    guard let given = body["metadata"] else { throw .badRequest("'metadata' is a required property") }
    guard let items = given.object else { throw .field("metadata", given, "\(given.python) is not of type 'object'") }
    var texts: [String: String] = [:]
    for (key, value) in items {
      guard let text = value.string else { throw .field(key, value, "\(value.python) is not of type 'string'") }
      texts[key] = text
    }
    switch server.vmState {
    case .active, .paused, .suspended, .stopped: break
    case .building, .rescued, .resized, .error, .shelved, .deleted, .softDeleted, .shelvedOffloaded:
      throw refusal("update metadata", server)
    }
    let merged = server.metadata.merging(texts) { $1 }
    change(server.id) { $0.metadata = merged }
    return .json(["metadata": .dictionary(merged)])
  }

  // MARK: Writing

  /// Changes a server's row and the time it was changed; nothing if it is gone.
  func change(_ id: String, _ body: (inout NovaServer) -> Void) {
    guard var server = servers[id], !server.isDeleted else { return }
    body(&server)
    server.updated = now
    servers[id] = server
  }
}
