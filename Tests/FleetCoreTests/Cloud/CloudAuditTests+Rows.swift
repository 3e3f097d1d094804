import FleetCore

extension CloudAuditTests {
  static let flavors: [Planted] = [
    Planted(
      .flavorOpen, "nothing said", at: "plain.small",
      fix: ["openstack flavor set --property hw:mem_encryption=false plain.small"]
    ) { $0[flavor: "f-plain"] = [:] },
    Planted(
      .flavorOpen, "neither yes nor no", at: "plain.small",
      fix: ["openstack flavor set --property hw:mem_encryption=false plain.small"]
    ) { $0[flavor: "f-plain"] = ["hw:mem_encryption": "perhaps"] },
    Planted(
      .flavorOpen, "a name like an option", at: "--all",
      fix: ["openstack flavor set --property hw:mem_encryption=false f-9"]
    ) { $0.flavors.append(CloudFlavor(id: "f-9", name: "--all", extraSpecs: [:])) },
    Planted(
      .flavorSpelling, "an image's word", at: "plain.small",
      fix: [
        "openstack flavor unset --property hw_mem_encryption plain.small",
        "openstack flavor set --property hw:mem_encryption=true plain.small",
      ]
    ) { $0[flavor: "f-plain"] = ["hw_mem_encryption": "true"] },
    Planted(
      .flavorSpelling, "beside the right one", at: "plain.small",
      fix: ["openstack flavor unset --property hw_mem_encryption plain.small"]
    ) { $0[flavor: "f-plain"]["hw_mem_encryption"] = "true" },
    Planted(
      .flavorSpelling, "a word of images alone", at: "sev.small",
      fix: ["openstack flavor unset --property hw_firmware_type sev.small"]
    ) { $0[flavor: "f-sev"]["hw_firmware_type"] = "uefi" },
    Planted(
      .flavorContradicts, "a model without encryption", at: "plain.small",
      fix: ["openstack flavor set --property hw:mem_encryption=true plain.small"]
    ) { $0[flavor: "f-plain"] = ["hw:mem_encryption_model": "amd-sev"] },
    Planted(
      .flavorContradicts, "a model and a no", at: "plain.small",
      fix: ["openstack flavor unset --property hw:mem_encryption_model plain.small"]
    ) { $0[flavor: "f-plain"]["hw:mem_encryption_model"] = "amd-sev" },
    Planted(
      .flavorContradicts, "a model that nobody knows", at: "sev.small",
      fix: ["openstack flavor unset --property hw:mem_encryption_model sev.small"]
    ) {
      $0[flavor: "f-sev"]["hw:mem_encryption_model"] = "tdx"
      $0.images[1].properties["hw_mem_encryption_model"] = nil
    },
    Planted(
      .flavorWithoutImage, "stateless firmware is missing", at: "sev-snp.small",
      fix: [
        "openstack image set --property hw_machine_type=q35 --property hw_firmware_type=uefi "
          + "--property hw_firmware_stateless=true i-uefi"
      ]
    ) { $0.images[1].properties["hw_firmware_stateless"] = nil },
    Planted(
      .flavorPropertyUnoffered, "another value", at: "sev.small",
      fix: ["openstack aggregate set --property sev=yes sev-hosts"]
    ) { $0[flavor: "f-sev"]["aggregate_instance_extra_specs:sev"] = "yes" },
    Planted(
      .flavorUnserved, "refused everywhere", at: "sev-es.small", fix: ["openstack flavor delete sev-es.small"]
    ) { bench in
      for index in 0..<3 {
        bench.hosts[index].features?.sevES = .lost
        bench.hosts[index].offer = .read(CloudOffer(slots: [.sev: 15, .sevSNP: 99]))
      }
    },
    Planted(
      .flavorUnservedSoon, "every target refuses it", at: "sev-es.small",
      fix: ["openstack flavor delete sev-es.small"]
    ) { bench in for index in 0..<3 { bench.hosts[index].refusesSEVESAfterTarget = true } },
    Planted(
      .vcpuModelHidden, "not said", at: "sev-snp.small",
      fix: ["openstack flavor set --property ATTESTATION:vcpu_model=EPYC-Milan sev-snp.small"]
    ) { $0[flavor: "f-snp"][CloudAudit.vcpuModelKey] = nil },
  ]

  static let images: [Planted] = [
    Planted(
      .imageSpelling, "a flavor's word", at: "new",
      fix: [
        "openstack image unset --property hw:firmware_type i-new",
        "openstack image set --property hw_firmware_type=uefi i-new",
      ]
    ) { $0.addImage(["hw:firmware_type": "uefi"]) },
    Planted(
      .imageContradicts, "a model and a no", at: "new",
      fix: ["openstack image unset --property hw_mem_encryption_model i-new"]
    ) { $0.addImage(["hw_mem_encryption": "false", "hw_mem_encryption_model": "amd-sev"]) },
    Planted(
      .imageContradicts, "a model that nobody knows", at: "new",
      fix: ["openstack image unset --property hw_mem_encryption_model i-new"]
    ) { $0.addImage(["hw_mem_encryption_model": "tdx"]) },
    Planted(
      .imageMachineType, "not said", at: "new", fix: ["openstack image set --property hw_machine_type=q35 i-new"]
    ) { $0.addImage(["hw_mem_encryption": "true", "hw_firmware_type": "uefi"]) },
    Planted(
      .imageFirmware, "bios", at: "new", fix: ["openstack image set --property hw_firmware_type=uefi i-new"]
    ) { $0.addImage(["hw_mem_encryption": "true", "hw_machine_type": "pc-q35-9.2", "hw_firmware_type": "bios"]) },
    Planted(
      .imageStateful, "SNP alone needs it", at: "new",
      fix: ["openstack image set --property hw_firmware_stateless=true i-new"]
    ) {
      $0.addImage([
        "hw_mem_encryption": "true", "hw_mem_encryption_model": "amd-sev-snp", "hw_machine_type": "q35",
        "hw_firmware_type": "uefi",
      ])
    },
    Planted(
      .imageWithoutFlavor, "no flavor of its model", at: "new",
      fix: [
        "openstack flavor create --vcpus 2 --ram 4096 --disk 20 --property hw:mem_encryption=true "
          + "--property hw:mem_encryption_model=amd-sev-es amd-sev-es.medium"
      ]
    ) {
      $0.flavors.removeAll { $0.id == "f-es" }
      $0.addImage([
        "hw_mem_encryption": "true", "hw_mem_encryption_model": "amd-sev-es", "hw_machine_type": "q35",
        "hw_firmware_type": "uefi",
      ])
    },
  ]

  static let aggregates: [Planted] = [
    Planted(
      .hostOutsideAggregate, "one host", at: "h3", fix: ["openstack aggregate add host sev-hosts h3"]
    ) { $0.aggregates[0].hosts = ["h1", "h2"] },
    Planted(
      .hostWithoutSNP, "it did not start", at: "h2", fix: ["openstack aggregate remove host sev-hosts h2"]
    ) {
      $0.hosts[1].features?.sevSNP = .lost
      $0.hosts[1].offer = .read(CloudOffer(slots: [.sev: 15, .sevES: 99]))
    },
    Planted(
      .aggregatePropertyUnasked, "every flavor asks for another", at: "sev-hosts",
      fix: ["openstack aggregate unset --property snp sev-hosts"]
    ) { $0.aggregates[0].metadata["snp"] = "yes" },
    Planted(
      .aggregatePropertyUnasked, "a flavor that asks for nothing could", at: "sev-hosts",
      fix: ["openstack flavor set --property aggregate_instance_extra_specs:snp=yes sev.small"]
    ) {
      $0.aggregates[0].metadata["snp"] = "yes"
      $0[flavor: "f-sev"]["aggregate_instance_extra_specs:sev"] = nil
    },
    Planted(
      .filterMissing, "told by nova.conf", at: "scheduler",
      fix: [
        "sudo crudini --set /etc/nova/nova.conf filter_scheduler enabled_filters "
          + "ComputeFilter,AggregateInstanceExtraSpecsFilter"
      ]
    ) { $0.conf { $0.enabledFilters = ["ComputeFilter"] } },
    Planted(
      .filterMissing, "told by a server", at: "scheduler",
      fix: [
        "sudo crudini --set /etc/nova/nova.conf filter_scheduler enabled_filters ComputeFilter,"
          + "ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,"
          + "AggregateInstanceExtraSpecsFilter"
      ]
    ) { bench in
      for index in 0..<3 { bench.conf(index) { $0.enabledFilters = nil } }
      bench.placements = ["h1", "p1"].map {
        CloudPlacement(server: "s-\($0)", flavor: "sev.small", extraSpecs: bench[flavor: "f-sev"], host: $0)
      }
    },
    Planted(
      .filterUnknown, "nobody tells", at: "scheduler",
      fix: ["sudo crudini --get /etc/nova/nova.conf filter_scheduler enabled_filters"]
    ) { bench in for index in 0..<3 { bench.conf(index) { $0.enabledFilters = nil } } },
  ]

  private static let kolla = "ssh h1 sudo crudini --set /etc/kolla/nova-compute/nova.conf libvirt virt_type kvm"

  private static let restart = "ssh h1 sudo systemctl restart nova-compute.service"

  static let hosts: [Planted] = [
    Planted(
      .ramAllocationRatio, "the file", at: "h1",
      fix: ["ssh h1 sudo crudini --set /etc/nova/nova.conf DEFAULT ram_allocation_ratio 1.0", restart]
    ) { $0.conf { $0.ramAllocationRatio = "1.5" } },
    Planted(
      .ramAllocationRatio, "the file says nothing, Placement does", at: "h1",
      fix: ["ssh h1 sudo crudini --set /etc/nova/nova.conf DEFAULT ram_allocation_ratio 1.0", restart]
    ) {
      $0.conf { $0.ramAllocationRatio = nil }
      $0.hosts[0].offer = .read(CloudOffer(slots: [.sev: 15, .sevES: 99, .sevSNP: 99], memoryRatio: 1.5))
    },
    Planted(
      .virtType, "qemu", at: "h1",
      fix: ["ssh h1 sudo crudini --set /etc/nova/nova.conf libvirt virt_type kvm", restart]
    ) { $0.conf { $0.virtType = "qemu" } },
    Planted(
      .virtType, "qemu, in Kolla's container", at: "h1", fix: [kolla, "ssh h1 sudo docker restart nova_compute"]
    ) {
      $0.conf { ($0.virtType, $0.isInContainer) = ("qemu", true) }
      $0.hosts[0].computeUnit = .docker(container: "nova_compute")
    },
    Planted(
      .virtType, "qemu, in Kolla's container behind a unit", at: "h1",
      fix: [kolla, "ssh h1 sudo systemctl restart kolla-nova_compute-container.service"]
    ) {
      $0.conf { ($0.virtType, $0.isInContainer) = ("qemu", true) }
      $0.hosts[0].computeUnit = .systemd(unit: "kolla-nova_compute-container.service")
    },
    Planted(
      .virtType, "qemu, in a pod", at: "h1", fix: ["kubectl -n yaook edit novadeployments.yaook.cloud"]
    ) {
      $0.conf { ($0.virtType, $0.isInContainer) = ("qemu", true) }
      $0.hosts[0].computeUnit = nil
    },
    Planted(
      .hwMachineType, "another architecture's alone", at: "h1",
      fix: ["ssh h1 sudo crudini --set /etc/nova/nova.conf libvirt hw_machine_type aarch64=virt,x86_64=q35", restart]
    ) { $0.conf { $0.hwMachineType = "aarch64=virt,x86_64=pc" } },
    Planted(
      .cpuMode, "no model at all", at: "h1",
      fix: ["ssh h1 sudo crudini --set /etc/nova/nova.conf libvirt cpu_mode host-model", restart]
    ) { $0.conf { $0.cpuMode = "none" } },
    Planted(
      .cpuMode, "not as its like", at: "h1",
      fix: ["ssh h1 sudo crudini --set /etc/nova/nova.conf libvirt cpu_mode host-model", restart]
    ) { $0.conf { $0.cpuMode = "host-passthrough" } },
    Planted(
      .traitFalse, "SEV-ES refused", at: "h1",
      fix: ["ssh h1 sudo docker restart nova_compute"]
    ) {
      $0.hosts[0].features?.sevES = .lost
      $0.hosts[0].computeUnit = .docker(container: "nova_compute")
    },
  ]

  static let unread: [Planted] = [
    Planted(.unread, "no image service", at: "images", fix: ["openstack catalog show image"]) {
      $0.unreadImages = "the catalog has none"
    },
    Planted(.unread, "nova.conf", at: "h1", fix: ["sevfleet host sudoers"]) {
      $0.hosts[0].novaConf = .unread("sudo refuses it")
    },
    Planted(.unread, "never looked at", at: "h1", fix: ["sevfleet probe h1"]) { $0.hosts[0].features = nil },
    Planted(.unread, "SNP untold", at: "h1", fix: ["sevfleet probe h1"]) { $0.hosts[0].features?.sevSNP = .unknown },
    Planted(.unread, "not in the inventory", at: "h1", fix: ["sevfleet inventory import --nova"]) {
      $0.hosts[0].host = nil
    },
    Planted(.unread, "Placement", at: "h1", fix: ["openstack resource provider list --name h1"]) {
      $0.hosts[0].offer = .unread("no answer")
    },
    Planted(.unread, "Placement as a whole", at: "placement", fix: ["openstack resource provider list"]) { bench in
      for index in bench.hosts.indices { bench.hosts[index].offer = .unread("no answer") }
    },
    Planted(.unread, "no word of memory", at: "h1", fix: ["openstack resource provider list --name h1"]) {
      $0.conf { $0.ramAllocationRatio = nil }
    },
    Planted(.unread, "hidden extra specs", at: "flavors", fix: ["openstack flavor list --all --long"]) {
      $0.flavors[0].extraSpecs = nil
    },
  ]
}
