extension CloudFault {
  /// What is done on the host itself; nova-compute reads its configuration when it starts.
  var hostFix: [[String]] {
    switch self {
    case .ramAllocationRatio(let host, _, _): return Self.configure(host, "DEFAULT", "ram_allocation_ratio", "1.0")
    case .virtType(let host, _): return Self.configure(host, "libvirt", "virt_type", "kvm")
    case .hwMachineType(let host, let conf):
      return Self.configure(host, "libvirt", "hw_machine_type", Self.withQ35(conf.hwMachineType))
    case .cpuMode(let host, _, let usual):
      return Self.configure(host, "libvirt", "cpu_mode", usual ?? CloudAudit.defaultCPUMode)
    case .traitFalse(let host, _): return [Self.restart(host)]
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .flavorPropertyUnoffered,
      .flavorUnserved, .flavorUnservedSoon, .vcpuModelHidden, .imageSpelling, .imageContradicts, .imageMachineType,
      .imageFirmware, .imageStateful, .imageWithoutFlavor, .hostOutsideAggregate, .hostWithoutSNP,
      .aggregatePropertyUnasked, .filterMissing, .filterUnknown, .unread:
      return []
    }
  }

  /// The value goes through a second shell, on the host; none of those set here means anything to one.
  private static func configure(_ host: CloudHost, _ section: String, _ key: String, _ value: String) -> [[String]] {
    let conf = host.novaConf.value
    let file: String
    switch (conf?.isInContainer ?? false, host.computeUnit) {
    // What Kolla's container sees is a copy that its next start makes anew.
    case (true, .docker?), (true, .podman?): file = "/etc/kolla/nova-compute/nova.conf"
    case (true, .systemd(let unit)?) where unit.hasPrefix("kolla-"): file = "/etc/kolla/nova-compute/nova.conf"
    // A pod's file is the operator's to write.
    case (true, nil): return [["kubectl", "-n", "yaook", "edit", "novadeployments.yaook.cloud"]]
    case (true, .systemd?), (false, _): file = conf?.path ?? "/etc/nova/nova.conf"
    }
    return [["ssh", host.sshName, "sudo", "crudini", "--set", file, section, key, value], restart(host)]
  }

  private static func restart(_ host: CloudHost) -> [String] {
    let words: [String]
    switch host.computeUnit {
    case .systemd(let unit)?: words = ["systemctl", "restart", unit]
    case .docker(let name)?: words = ["docker", "restart", name]
    case .podman(let name)?: words = ["podman", "restart", name]
    case nil:
      guard host.novaConf.value?.isInContainer != true else { return podRestart(host) }
      words = ["systemctl", "restart", "nova-compute.service"]
    }
    return ["ssh", host.sshName, "sudo"] + words
  }

  private static func podRestart(_ host: CloudHost) -> [String] {
    let label = "state.yaook.cloud/parent-"
    return [
      "kubectl", "-n", "yaook", "delete", "pod", "-l", "\(label)plural=novacomputenodes,\(label)name=\(host.name)",
    ]
  }

  /// The other architectures keep what they have.
  private static func withQ35(_ found: String?) -> String {
    let others = (found ?? "").split(separator: ",").filter { !$0.hasPrefix("x86_64=") && $0.contains("=") }
    return (others + ["x86_64=q35"]).joined(separator: ",")
  }
}

extension CloudHost {
  fileprivate var sshName: String { host?.rawValue ?? name }
}

extension CloudFault.Unread {
  /// What would let it be read, or show why it cannot be.
  var fix: [[String]] {
    switch self {
    case .flavors: [["openstack", "flavor", "list", "--all", "--long"]]
    case .images: [["openstack", "catalog", "show", "image"]]
    case .aggregates: [["openstack", "aggregate", "list", "--long"]]
    case .hosts: [["openstack", "compute", "service", "list", "--service", "nova-compute"]]
    case .placement: [["openstack", "resource", "provider", "list"]]
    case .offer(let host, _), .memory(let host): [["openstack", "resource", "provider", "list", "--name", host]]
    case .novaConf: [["sevfleet", "host", "sudoers"]]
    case .neverSeen(let host): [["sevfleet", "probe", host.rawValue]]
    case .notInInventory: [["sevfleet", "inventory", "import", "--nova"]]
    case .snp(let host): [["sevfleet", "probe", host]]
    }
  }
}
