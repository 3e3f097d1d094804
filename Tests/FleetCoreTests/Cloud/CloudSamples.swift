import FleetCore

/// A cloud in which nothing is wrong, for faults to be planted in.
struct CloudBench {
  var flavors: [CloudFlavor] = [
    CloudFlavor(id: "f-plain", name: "plain.small", extraSpecs: ["hw:mem_encryption": "false"]),
    CloudFlavor(id: "f-sev", name: "sev.small", extraSpecs: Self.specs("amd-sev")),
    CloudFlavor(id: "f-es", name: "sev-es.small", extraSpecs: Self.specs("amd-sev-es")),
    CloudFlavor(
      id: "f-snp", name: "sev-snp.small",
      extraSpecs: Self.specs("amd-sev-snp").merging([CloudAudit.vcpuModelKey: "EPYC-Milan"]) { $1 }),
  ]
  var images: [CloudImage] = [
    CloudImage(id: "i-plain", name: "plain", properties: ["hw_architecture": "x86_64"]),
    CloudImage(
      id: "i-uefi", name: "uefi",
      properties: ["hw_machine_type": "q35", "hw_firmware_type": "uefi", "hw_firmware_stateless": "True"]),
  ]
  var aggregates: [CloudAggregate] = [
    CloudAggregate(id: 1, name: "sev-hosts", hosts: ["h1", "h2", "h3"], metadata: ["sev": "true"]),
    CloudAggregate(id: 2, name: "az1", hosts: ["h1", "h2", "h3", "p1"], metadata: ["availability_zone": "az1"]),
  ]
  var hosts: [CloudHost] = [Self.host("h1"), Self.host("h2"), Self.host("h3"), Self.plainHost]
  var placements: [CloudPlacement] = []
  var unreadImages: String?

  var setUp: CloudSetUp {
    CloudSetUp(
      flavors: .read(flavors), images: unreadImages.map { .unread($0) } ?? .read(images), aggregates: .read(aggregates),
      hosts: .read(hosts), placements: placements)
  }

  var kinds: [CloudFault.Kind] { CloudAudit(setUp).findings.map(\.kind) }

  static func specs(_ model: String) -> [String: String] {
    [
      "hw:mem_encryption": "true", "hw:mem_encryption_model": model, "aggregate_instance_extra_specs:sev": "true",
    ]
  }

  static let conf = NovaConf(
    path: "/etc/nova/nova.conf", ramAllocationRatio: "1.0", virtType: "kvm", hwMachineType: "x86_64=q35",
    cpuMode: "host-model", enabledFilters: ["ComputeFilter", CloudAudit.filterName])

  static func host(_ name: String) -> CloudHost {
    CloudHost(
      name: name, host: HostID(name), offer: .read(CloudOffer(slots: [.sev: 15, .sevES: 99, .sevSNP: 99])),
      features: SEVFeatures(sev: .usable, sevES: .usable, sevSNP: .usable), refusesSEVESAfterTarget: false,
      generation: "Milan", computeUnit: .systemd(unit: "nova-compute.service"), novaConf: .read(conf))
  }

  /// Without SEV, of which nobody asks anything.
  static let plainHost = CloudHost(
    name: "p1", host: nil, offer: .read(CloudOffer(slots: [:])), features: nil, novaConf: .unread("not asked"))

  subscript(flavor id: String) -> [String: String] {
    get { flavors.first { $0.id == id }?.extraSpecs ?? [:] }
    set { for index in flavors.indices where flavors[index].id == id { flavors[index].extraSpecs = newValue } }
  }

  mutating func conf(_ host: Int = 0, _ change: (inout NovaConf) -> Void) {
    var conf = Self.conf
    change(&conf)
    hosts[host].novaConf = .read(conf)
  }

  mutating func addImage(_ properties: [String: String]) {
    images.append(CloudImage(id: "i-new", name: "new", properties: properties))
  }
}
