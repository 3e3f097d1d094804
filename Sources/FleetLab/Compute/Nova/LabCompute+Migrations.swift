/// `os-migrations` and `servers/{id}/migrations`: the records of all moves, and the abort of live ones.
extension LabCompute {
  func migrationsRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    guard call.http.method == "GET", call.http.path.count == 1 else { throw .noRoute }
    try call.refuseUnknown(knownMigrationFilters(call), since: 59, NovaFault.additional)
    let page = call.since(59) ? try call.page(limit: settings.pageLimit) : (limit: Int.max, marker: nil)
    try call.requireAdmin("os-migrations:index")
    let newest = migrations.reversed().filter { matches($0, call) }
    var after = Array(newest)
    if let marker = page.marker {
      guard let record = migrations.first(where: { $0.uuid == marker }) else {
        throw .badRequest("Marker \(marker) could not be found.")
      }
      after = newest.filter { $0.id < record.id }
    }
    let shown = Array(after.prefix(page.limit))
    var body: [String: APIValue] = ["migrations": .array(shown.map { recordView($0, call) })]
    if call.since(59), let next = nextLink(call, full: shown.count == page.limit, last: shown.last?.uuid) {
      body["migrations_links"] = next
    }
    return .json(.object(body))
  }

  private func knownMigrationFilters(_ call: NovaCall) -> Set<String> {
    var known: Set = [
      "hidden", "host", "instance_uuid", "source_compute", "status", "migration_type", "limit", "marker",
      "changes-since",
    ]
    if call.since(66) { known.insert("changes-before") }
    if call.since(80) { known.formUnion(["user_id", "project_id"]) }
    return known
  }

  private func matches(_ record: NovaMigration, _ call: NovaCall) -> Bool {
    let query = call.http
    if let id = query.parameter("instance_uuid"), record.server != id { return false }
    if let status = query.parameter("status"), record.status.rawValue != status { return false }
    if let type = query.parameter("migration_type"), record.kind.rawValue != type { return false }
    if let project = query.parameter("project_id"), record.projectID != project { return false }
    if let user = query.parameter("user_id"), record.userID != user { return false }
    if let host = query.parameter("host") { return record.source == host || record.destination == host }
    if let source = query.parameter("source_compute") { return record.source == source }
    return true
  }

  private func recordView(_ record: NovaMigration, _ call: NovaCall) -> APIValue {
    var view = nodes(record)
    view["instance_uuid"] = .string(record.server)
    view["old_instance_type_id"] = .int(record.flavorNumber)
    view["new_instance_type_id"] = .int(record.flavorNumber)
    if call.since(23) {
      view["migration_type"] = .string(record.kind.rawValue)
      if record.kind == .live, record.status.isLiveInProgress {
        view["links"] = links("servers/\(record.server)/migrations/\(record.id)")
      }
    }
    view.merge(owner(record, call)) { $1 }
    return .object(view)
  }

  private func nodes(_ record: NovaMigration) -> [String: APIValue] {
    [
      "id": .int(record.id), "status": .string(record.status.rawValue), "source_compute": .string(record.source),
      "dest_compute": .text(record.destination), "source_node": .text(record.sourceNode),
      "dest_node": .text(record.destination), "dest_host": .text(record.destinationAddress),
      "created_at": .string(WireTime.micros(record.created)),
      "updated_at": .string(WireTime.micros(record.updated)),
    ]
  }

  private func owner(_ record: NovaMigration, _ call: NovaCall) -> [String: APIValue] {
    var view: [String: APIValue] = [:]
    if call.since(59) { view["uuid"] = .string(record.uuid) }
    if call.since(80) {
      view["user_id"] = .string(record.userID)
      view["project_id"] = .string(record.projectID)
    }
    return view
  }

  // MARK: Of one server

  func serverMigrationsRoute(
    _ server: NovaServer, _ path: [String], _ call: NovaCall
  ) throws(NovaFault) -> APIAnswer {
    guard call.since(23) else { throw .notYet }
    switch (call.http.method, path.count) {
    case ("GET", 0):
      try call.requireAdmin("servers:migrations:index")
      let open = migrations.filter { $0.server == server.id && $0.kind == .live && $0.status.isLiveInProgress }
      return .json(["migrations": .array(open.map { progressView($0, call) })])
    case ("GET", 1):
      try call.requireAdmin("servers:migrations:show")
      guard let record = record(path[0], of: server), record.kind == .live, record.status.isLiveInProgress else {
        throw .notFound("In-progress live migration \(path[0]) is not found for server \(server.id).")
      }
      return .json(["migration": progressView(record, call)])
    case ("DELETE", 1):
      guard call.since(24) else { throw .notYet }
      return try abort(path[0], server, call)
    default: throw .noRoute
    }
  }

  private func record(_ id: String, of server: NovaServer) -> NovaMigration? {
    migrations.first { String($0.id) == id && $0.server == server.id }
  }

  private func progressView(_ record: NovaMigration, _ call: NovaCall) -> APIValue {
    var view = nodes(record)
    let copied = record.copied(at: clock.now)
    let disk: APIValue = copied == nil ? nil : 0
    view["server_uuid"] = .string(record.server)
    view["memory_total_bytes"] = copied == nil ? nil as APIValue : .int(record.memoryBytes)
    view["memory_processed_bytes"] = copied.map(APIValue.int) ?? .null
    view["memory_remaining_bytes"] = copied.map { .int(record.memoryBytes - $0) } ?? .null
    view["disk_total_bytes"] = disk
    view["disk_processed_bytes"] = disk
    view["disk_remaining_bytes"] = disk
    view.merge(owner(record, call)) { $1 }
    return .object(view)
  }

  private func abort(_ id: String, _ server: NovaServer, _ call: NovaCall) throws(NovaFault) -> APIAnswer {
    try call.requireAdmin("servers:migrations:delete")
    guard server.taskState == .migrating else {
      throw .conflict("Instance \(server.id) is in an invalid state for 'abort live migration'")
    }
    guard let record = record(id, of: server) else {
      throw .notFound("Migration \(id) not found for instance \(server.id)")
    }
    let isWaiting = record.status == .queued || record.status == .preparing
    guard record.status == .running || isWaiting && call.since(65) else {
      throw .badRequest(
        "Migration \(id) state of instance \(server.id) is \(record.status.rawValue). "
          + "Cannot abort live migration while the migration is in this state.")
    }
    note("live_migration_cancel", server, call)
    abortLive(record.id)
    return .empty(202)
  }

  // MARK: Writing

  /// Adds a record.
  func addMigration(
    _ kind: NovaMigration.Kind, _ server: NovaServer, source: String, _ status: MigrationStatus, request: String
  ) -> Int {
    let id = migrations.count + 1
    migrations.append(
      NovaMigration(
        id: id, uuid: newUUID(), kind: kind, server: server.id, projectID: server.projectID,
        userID: directory.adminUser.id, flavorNumber: server.flavor.number, request: request, source: source,
        created: now,
        sourceNode: kind == .cold ? source : nil, status: status, updated: now,
        memoryBytes: server.flavor.memoryMB << 20))
    return id
  }

  func migration(_ id: Int) -> NovaMigration { migrations[id - 1] }

  func changeMigration(_ id: Int, _ body: (inout NovaMigration) -> Void) {
    body(&migrations[id - 1])
    migrations[id - 1].updated = now
  }

  func setStatus(_ id: Int, _ status: MigrationStatus) { changeMigration(id) { $0.status = status } }
}
