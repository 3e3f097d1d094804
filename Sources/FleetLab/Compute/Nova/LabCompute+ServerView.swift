/// The body of one server, as each microversion shows it.
extension LabCompute {
  func serverView(_ server: NovaServer, _ call: NovaCall, single: Bool) -> APIValue {
    var view = basics(server, call)
    if server.status == "ERROR", let fault = server.fault {
      view["fault"] = faultView(fault, call)
    }
    if ["ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"].contains(server.status) {
      view["progress"] = 0
    }
    if call.isAdmin { view.merge(adminAttributes(server, call)) { $1 } }
    view.merge(additions(server, call, single: single)) { $1 }
    return .object(view)
  }

  private func basics(_ server: NovaServer, _ call: NovaCall) -> [String: APIValue] {
    [
      "accessIPv4": "", "accessIPv6": "", "addresses": [:],
      "created": .string(WireTime.seconds(server.created)),
      "updated": .string(WireTime.seconds(server.updated)),
      "flavor": flavorOf(server, call),
      "hostId": .string(server.host.map { StableHex.digits(56, of: server.projectID + $0) } ?? ""),
      "id": .string(server.id), "image": imageOf(server, call), "links": links("servers/\(server.id)"),
      "metadata": .dictionary(server.metadata), "name": .string(server.name), "status": .string(server.status),
      "tenant_id": .string(server.projectID), "user_id": .string(server.userID), "OS-DCF:diskConfig": "MANUAL",
      "OS-EXT-AZ:availability_zone": .string(server.host.map(zone) ?? ""), "config_drive": "", "key_name": nil,
      "OS-SRV-USG:launched_at": .text(server.launchedAt.map(WireTime.micros)), "OS-SRV-USG:terminated_at": nil,
      "OS-EXT-STS:task_state": .text(server.taskState?.rawValue),
      "OS-EXT-STS:vm_state": .string(server.vmState.rawValue),
      "OS-EXT-STS:power_state": .int(server.power.rawValue),
      "os-extended-volumes:volumes_attached": .array(
        server.volumeID.map { [["id": .string($0), "delete_on_termination": false]] } ?? []),
    ]
  }

  private func adminAttributes(_ server: NovaServer, _ call: NovaCall) -> [String: APIValue] {
    let prefix = "OS-EXT-SRV-ATTR:"
    var view: [String: APIValue] = [
      prefix + "host": .text(server.host), prefix + "hypervisor_hostname": .text(server.host),
      prefix + "instance_name": .string(server.instanceName),
    ]
    if call.since(3) {
      view.merge([
        prefix + "hostname": .string(server.name), prefix + "kernel_id": "", prefix + "launch_index": 0,
        prefix + "ramdisk_id": "", prefix + "root_device_name": "/dev/sda", prefix + "user_data": nil,
        prefix + "reservation_id": .string("r-" + StableHex.digits(8, of: server.id)),
      ]) { $1 }
    }
    if call.since(16) { view["host_status"] = .string(hostStatus(server.host)) }
    return view
  }

  private func additions(_ server: NovaServer, _ call: NovaCall, single: Bool) -> [String: APIValue] {
    var view: [String: APIValue] = [:]
    if call.since(9) { view["locked"] = .bool(server.isLocked) }
    if call.since(19) { view["description"] = nil as APIValue }
    if call.since(26) { view["tags"] = .texts(server.tags) }
    if call.since(63) { view["trusted_image_certificates"] = nil as APIValue }
    if call.since(71), single { view["server_groups"] = .texts(server.groupID.map { [$0] } ?? []) }
    if call.since(73) { view["locked_reason"] = nil as APIValue }
    if call.since(90), !call.isAdmin { view["OS-EXT-SRV-ATTR:hostname"] = .string(server.name) }
    if call.since(96) { view["pinned_availability_zone"] = nil as APIValue }
    if call.since(100) {
      view["scheduler_hints"] = server.groupID.map { ["group": [.string($0)]] } ?? [:]
    }
    return view
  }

  private func flavorOf(_ server: NovaServer, _ call: NovaCall) -> APIValue {
    let flavor = server.flavor
    guard call.since(47) else {
      return [
        "id": .string(flavor.id),
        "links": [["rel": "bookmark", "href": .string("\(root)/compute/flavors/\(flavor.id)")]],
      ]
    }
    return [
      "vcpus": .int(flavor.vcpus), "ram": .int(flavor.memoryMB), "disk": .int(flavor.diskGB), "ephemeral": 0,
      "swap": 0, "original_name": .string(flavor.name), "extra_specs": .dictionary(flavor.extraSpecs),
    ]
  }

  private func imageOf(_ server: NovaServer, _ call: NovaCall) -> APIValue {
    guard let id = server.imageID else { return "" }
    var view: [String: APIValue] = [
      "id": .string(id), "links": [["rel": "bookmark", "href": .string("\(root)/compute/images/\(id)")]],
    ]
    if call.since(98) { view["properties"] = .dictionary(server.imageProperties) }
    return .object(view)
  }

  private func faultView(_ fault: NovaServerFault, _ call: NovaCall) -> APIValue {
    var view: [String: APIValue] = [
      "code": 500, "created": .string(WireTime.seconds(fault.created)), "message": .string(fault.message),
    ]
    if call.isAdmin { view["details"] = .string("Traceback (most recent call last):\n\(fault.message)\n") }
    return .object(view)
  }

  /// MAINTENANCE hides whether a disabled host is up.
  private func hostStatus(_ name: String?) -> String {
    guard let name, let host = hosts[name] else { return "" }
    if host.isForcedDown { return "DOWN" }
    if host.isDisabled { return "MAINTENANCE" }
    return isUp(host) ? "UP" : "UNKNOWN"
  }
}
