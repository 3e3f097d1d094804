/// `os-hypervisors`.
extension LabCompute {
  func hypervisorsRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let path = Array(call.http.path.dropFirst())
    guard call.http.method == "GET", path.isEmpty || path == ["detail"] else { throw .noRoute }
    let detail = !path.isEmpty
    let withServers = call.since(53) ? try call.flag("with_servers") : false
    try call.requireAdmin(detail ? "os-hypervisors:list-detail" : "os-hypervisors:list")
    if call.since(53), let pattern = call.http.parameter("hypervisor_hostname_pattern") {
      return try searchHypervisors(pattern, call, detail: detail, withServers: withServers)
    }
    let page = call.since(33) ? try call.page(limit: settings.pageLimit) : (limit: Int.max, marker: nil)
    let all = hostNames.compactMap { hosts[$0] }
    guard let shown = slice(all, page, after: { $0.providerID == $1 }) else {
      throw .badRequest("marker [\(page.marker ?? "")] not found")
    }
    let views = shown.map { hypervisorView($0, call, detail: detail, withServers: withServers) }
    var body: [String: APIValue] = ["hypervisors": .array(views)]
    if call.since(33), let next = nextLink(call, full: shown.count == page.limit, last: shown.last?.providerID) {
      body["hypervisors_links"] = next
    }
    return .json(.object(body))
  }

  /// The pattern is a substring, and no match is a 404.
  private func searchHypervisors(
    _ pattern: String, _ call: NovaCall, detail: Bool, withServers: Bool
  ) throws(NovaFault) -> APIAnswer {
    guard call.http.parameter("limit") == nil, call.http.parameter("marker") == nil else {
      throw .badRequest(
        "The server could not comply with the request since it is either malformed or otherwise incorrect.")
    }
    let found = hostNames.compactMap { hosts[$0] }.filter { $0.name.contains(pattern) }
    guard !found.isEmpty else { throw .notFound("No hypervisor matching '\(pattern)' could be found.") }
    let views = found.map { hypervisorView($0, call, detail: detail, withServers: withServers) }
    return .json(["hypervisors": .array(views)])
  }

  private func hypervisorView(
    _ host: NovaHost, _ call: NovaCall, detail: Bool, withServers: Bool
  ) -> APIValue {
    var view: [String: APIValue] = [
      "id": call.since(53) ? .string(host.providerID) : .int(host.serviceNumber),
      "hypervisor_hostname": .string(host.name), "state": isUp(host) ? "up" : "down",
      "status": host.isDisabled ? "disabled" : "enabled",
    ]
    if detail {
      view.merge([
        "hypervisor_type": "QEMU", "hypervisor_version": 1000, "host_ip": "127.0.0.1",
        "service": [
          "id": call.since(53) ? .string(host.serviceID) : .int(host.serviceNumber),
          "host": .string(host.name), "disabled_reason": .text(host.disabledReason),
        ],
      ]) { $1 }
      if call.since(88) { view["uptime"] = nil as APIValue } else { view.merge(resources(host, call)) { $1 } }
    }
    let here = serverIDs.compactMap { servers[$0] }.filter { $0.host == host.name && !$0.isDeleted }
    if withServers, call.since(75) || !here.isEmpty {
      view["servers"] = .array(here.map { ["name": .string($0.instanceName), "uuid": .string($0.id)] })
    }
    return .object(view)
  }

  private func resources(_ host: NovaHost, _ call: NovaCall) -> [String: APIValue] {
    let used = usage(of: host.name)
    let memory = used.memoryMB + settings.reservedMemoryMB
    let cpu: APIValue = ["arch": "x86_64", "model": "EPYC", "vendor": "AMD", "features": ["sev"], "topology": [:]]
    return [
      "vcpus": .int(host.vcpus), "memory_mb": .int(host.memoryMB), "local_gb": .int(host.diskGB),
      "vcpus_used": .int(used.vcpus), "memory_mb_used": .int(memory), "local_gb_used": .int(used.diskGB),
      "free_ram_mb": .int(host.memoryMB - memory), "free_disk_gb": .int(host.diskGB - used.diskGB),
      "current_workload": 0, "running_vms": .int(host.guests.values.count { $0 != .off }),
      "disk_available_least": 0, "cpu_info": call.since(28) ? cpu : .string(cpu.json),
    ]
  }
}
