import Foundation

/// `os-services`: the switches and heartbeats of nova-compute.
extension LabCompute {
  func servicesRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let path = call.http.path
    switch (call.http.method, path.count) {
    case ("GET", 1): return try listServices(call)
    case ("PUT", 2):
      return call.since(53) ? try updateService(call, id: path[1]) : try updateServiceOld(call, verb: path[1])
    default: throw .noRoute
    }
  }

  private func listServices(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    try call.refuseUnknown(["binary", "host"], since: 75, NovaFault.additional)
    try call.requireAdmin("os-services:list")
    let binary = call.http.parameter("binary") ?? ""
    let host = call.http.parameter("host") ?? ""
    let all = controllers(call) + hostNames.compactMap { hosts[$0] }.map { serviceView($0, call) }
    let shown = all.filter {
      (binary.isEmpty || $0["binary"]?.string == binary) && (host.isEmpty || $0["host"]?.string == host)
    }
    return .json(["services": .array(shown)])
  }

  /// Nova's other services, which a listing has as well.
  private func controllers(_ call: NovaCall) -> [APIValue] {
    ["nova-conductor", "nova-scheduler"].enumerated().map { index, binary in
      var view: [String: APIValue] = [
        "binary": .string(binary), "host": "controller", "zone": "internal", "status": "enabled", "state": "up",
        "updated_at": .string(WireTime.micros(now)), "disabled_reason": nil,
        "id": call.since(53) ? .string("00000000-0000-4000-8000-00000000000\(index + 1)") : .int(index + 1),
      ]
      if call.since(11) { view["forced_down"] = false }
      return .object(view)
    }
  }

  private func serviceView(_ host: NovaHost, _ call: NovaCall) -> APIValue {
    var view: [String: APIValue] = [
      "binary": "nova-compute", "host": .string(host.name),
      "id": call.since(53) ? .string(host.serviceID) : .int(host.serviceNumber),
      "zone": .string(zone(of: host.name)),
      "status": host.isDisabled ? "disabled" : "enabled",
      "state": isUp(host) ? "up" : "down",
      "updated_at": .string(WireTime.micros(serviceUpdated(host))),
      "disabled_reason": .text(host.disabledReason),
    ]
    if call.since(11) { view["forced_down"] = .bool(host.isForcedDown) }
    return .object(view)
  }

  /// By heartbeat and force, not by whether the process lives.
  func isUp(_ host: NovaHost) -> Bool {
    let beat = host.heartbeat(at: clock.now, every: settings.times.reportInterval)
    return !host.isForcedDown && beat.duration(to: clock.now) <= settings.times.serviceDown
  }

  /// The record's `updated_at`: the last heartbeat, or a later change by somebody else, which is no sign of life.
  private func serviceUpdated(_ host: NovaHost) -> Date {
    date(max(host.heartbeat(at: clock.now, every: settings.times.reportInterval), host.recordWritten))
  }

  func zone(of host: String) -> String {
    aggregates.first { $0.zone != nil && $0.hosts.contains(host) }?.zone ?? "nova"
  }

  private func updateService(_ call: NovaCall, id: String) throws(NovaFault) -> APIAnswer {
    let body = try call.body()
    try checkServiceBody(body)
    guard UUID(uuidString: id) != nil else { throw .badRequest("Invalid uuid \(id)") }
    try call.requireAdmin("os-services:update")
    guard var host = hosts.values.first(where: { $0.serviceID == id.lowercased() }) else {
      throw .notFound("Service \(id) could not be found.")
    }
    guard body["status"] != nil || body["forced_down"] != nil else {
      throw .badRequest("No updates were requested. Fields 'status' or 'forced_down' should be specified.")
    }
    if body["status"] == "enabled" {
      guard body["disabled_reason"]?.string ?? "" == "" else {
        throw .badRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.")
      }
      host.isDisabled = false
      host.disabledReason = nil
    } else if body["status"] == "disabled" {
      host.isDisabled = true
      host.disabledReason = body["disabled_reason"]?.string
    }
    if let forced = body["forced_down"]?.boolean { host.isForcedDown = forced }
    host.recordWritten = clock.now
    hosts[host.name] = host
    return .json(["service": serviceView(host, call)])
  }

  private func checkServiceBody(_ body: [String: APIValue]) throws(NovaFault) {
    let known: Set = ["status", "disabled_reason", "forced_down"]
    if let odd = body.keys.sorted().first(where: { !known.contains($0) }) {
      throw .badRequest(NovaFault.additional(odd))
    }
    if let status = body["status"], status.string == nil {
      throw .field("status", status, "\(status.python) is not of type 'string'")
    }
    if let status = body["status"], status != "enabled", status != "disabled" {
      throw .field("status", status, "\(status.python) is not one of ['enabled', 'disabled']")
    }
    if let reason = body["disabled_reason"] { try checkReason(reason) }
    if let forced = body["forced_down"], forced.boolean == nil {
      throw .field("forced_down", forced, "\(forced.python) is not one of [\(NovaWords.booleans)]")
    }
  }

  private func checkReason(_ reason: APIValue) throws(NovaFault) {
    guard let text = reason.string else {
      throw .field("disabled_reason", reason, "\(reason.python) is not of type 'string'")
    }
    guard text.count <= 255 else { throw .field("disabled_reason", reason, "'\(text)' is too long") }
    guard !text.isEmpty else { throw .field("disabled_reason", reason, "'' should be non-empty") }
  }

  /// Below 2.53 the verb is in the path and the host in the body.
  private func updateServiceOld(_ call: NovaCall, verb: String) throws(NovaFault) -> APIAnswer {
    let body = try call.body()
    guard let name = body["host"]?.string else { throw .badRequest("'host' is a required property") }
    guard let binary = body["binary"]?.string else { throw .badRequest("'binary' is a required property") }
    try call.requireAdmin("os-services:update")
    var view: [String: APIValue] = ["host": .string(name), "binary": .string(binary)]
    guard binary == "nova-compute" else {
      throw .badRequest(
        "Updating a \(binary) service is not supported. Only nova-compute services can be updated.")
    }
    guard var host = hosts[name] else { throw .notFound("Host '\(name)' is not mapped to any cell") }
    switch verb {
    case "enable":
      (host.isDisabled, host.disabledReason) = (false, nil)
      view["status"] = "enabled"
    case "disable", "disable-log-reason":
      let reason = verb == "disable" ? nil : body["disabled_reason"]?.string
      if verb != "disable", reason == nil { throw .badRequest("Missing disabled reason field") }
      (host.isDisabled, host.disabledReason) = (true, reason)
      view["status"] = "disabled"
      if let reason { view["disabled_reason"] = .string(reason) }
    case "force-down" where call.since(11):
      guard let forced = body["forced_down"]?.boolean else { throw .badRequest("Missing forced_down field") }
      host.isForcedDown = forced
      view["forced_down"] = .bool(forced)
    default: throw .notFound("Unknown action")
    }
    host.recordWritten = clock.now
    hosts[name] = host
    return .json(["service": .object(view)])
  }
}
