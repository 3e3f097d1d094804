extension CloudFault {
  /// Names in one sentence.
  private static let shown = 5

  /// One sentence for people: what is, what it leads to, and how it was told.
  package var text: String {
    switch self {
    case .flavorOpen(let flavor):
      "flavor \(flavor.name) does not set hw:mem_encryption=false, so a user's image can make it an SEV server"
    case .flavorSpelling(let flavor, let key):
      "flavor \(flavor.name) has \(key), an image's spelling, which Nova does not read on flavors"
    case .flavorContradicts(let flavor, let model, let isKnown):
      isKnown
        ? "flavor \(flavor.name) names the model \(model) and does not set hw:mem_encryption=true"
        : "flavor \(flavor.name) names the model \(model), which is none of amd-sev, amd-sev-es, amd-sev-snp"
    case .flavorWithoutImage(let flavor, let nearest, let missing):
      "no image fits flavor \(flavor.name)"
        + (nearest.map { "; \($0.name) lacks \(missing.joined(separator: ", "))" } ?? ", for there is none")
    case .flavorPropertyUnoffered(let flavor, let property, _):
      "flavor \(flavor.name) asks for \(property.key)=\(property.value), which no aggregate with a host offers"
    case .flavorUnserved(let flavor, let model):
      "flavor \(flavor.name) asks for \(model.rawValue), which no host can run (Placement and the last looks)"
    case .flavorUnservedSoon(let flavor, let hosts):
      "flavor \(flavor.name) asks for sev-es, which \(NameList.text(hosts, atMost: Self.shown)) refuse with SNP on "
        + "once they run their targets, and no other host runs it"
    case .vcpuModelHidden(let flavor, _):
      "flavor \(flavor.name) does not show ATTESTATION:vcpu_model, without which nobody can compute the launch "
        + "measurement of its servers"
    case .imageSpelling, .imageContradicts, .imageMachineType, .imageFirmware, .imageStateful, .imageWithoutFlavor:
      imageText
    case .hostOutsideAggregate, .hostWithoutSNP, .aggregatePropertyUnasked, .filterMissing, .filterUnknown:
      aggregateText
    case .ramAllocationRatio, .virtType, .hwMachineType, .cpuMode, .traitFalse: hostText
    case .unread(let unread): unread.text
    }
  }

  private var imageText: String {
    switch self {
    case .imageSpelling(let image, let key):
      "image \(image.name) has \(key), a flavor's spelling, which Nova does not read on images"
    case .imageContradicts(let image, let model, let isKnown):
      isKnown
        ? "image \(image.name) names the model \(model) and sets hw_mem_encryption=false"
        : "image \(image.name) names the model \(model), which is none of amd-sev, amd-sev-es, amd-sev-snp"
    case .imageMachineType(let image):
      "image \(image.name) asks for SEV with machine type \(image.properties["hw_machine_type"] ?? "unset"), not q35"
    case .imageFirmware(let image):
      "image \(image.name) asks for SEV with firmware \(image.properties["hw_firmware_type"] ?? "unset"), not uefi"
    case .imageStateful(let image):
      "image \(image.name) asks for SEV-SNP and does not set hw_firmware_stateless=true"
    case .imageWithoutFlavor(let image):
      "image \(image.name) asks for \(image.wish.model ?? "SEV"), and every flavor forbids or contradicts it"
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .flavorPropertyUnoffered,
      .flavorUnserved, .flavorUnservedSoon, .vcpuModelHidden, .hostOutsideAggregate, .hostWithoutSNP,
      .aggregatePropertyUnasked, .filterMissing, .filterUnknown, .ramAllocationRatio, .virtType, .hwMachineType,
      .cpuMode, .traitFalse, .unread:
      ""
    }
  }

  private var aggregateText: String {
    switch self {
    case .hostOutsideAggregate(let host, let aggregate):
      "host \(host.name) is for SEV guests and in no aggregate for them"
        + (aggregate.map { "; there is \($0.name)" } ?? "; there is none")
    case .hostWithoutSNP(let host, let aggregate):
      "host \(host.name) is in aggregate \(aggregate.name), and by its last look SEV-SNP is "
        + (host.features?.sevSNP.rawValue ?? "unknown") + " there"
    case .aggregatePropertyUnasked(let aggregate, let property, _):
      "aggregate \(aggregate.name) offers \(property.key)=\(property.value), which no flavor asks for"
    case .filterMissing(.configuration(let host, let path, _)):
      "flavors ask for properties of aggregates, and enabled_filters in \(path) on \(host) does not name "
        + "AggregateInstanceExtraSpecsFilter"
    case .filterMissing(.placement(let placement, let property)):
      "server \(placement.server) of flavor \(placement.flavor) runs on \(placement.host), where no aggregate offers "
        + "\(property.key)=\(property.value): AggregateInstanceExtraSpecsFilter was not asked, "
        + "or the aggregate changed since"
    case .filterUnknown(let flavors):
      "flavors \(NameList.text(flavors, atMost: Self.shown)) need AggregateInstanceExtraSpecsFilter; Nova has no API "
        + "that tells its filters, no nova.conf that was read names them, and no server was found where the filter "
        + "would not have put it"
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .flavorPropertyUnoffered,
      .flavorUnserved, .flavorUnservedSoon, .vcpuModelHidden, .imageSpelling, .imageContradicts, .imageMachineType,
      .imageFirmware, .imageStateful, .imageWithoutFlavor, .ramAllocationRatio, .virtType, .hwMachineType, .cpuMode,
      .traitFalse, .unread:
      ""
    }
  }

  private var hostText: String {
    switch self {
    case .ramAllocationRatio(let host, let found, let path):
      "host \(host.name) promises its memory more than once (ram_allocation_ratio \(found), "
        + (path.map { "read in \($0)" } ?? "told by Placement") + "), and memory of SEV guests cannot be swapped"
    case .virtType(let host, let conf):
      "host \(host.name) has virt_type \(conf.virtType ?? "unset") in \(conf.place), and SEV needs kvm"
    case .hwMachineType(let host, let conf):
      "host \(host.name) has hw_machine_type \(conf.hwMachineType ?? "unset") in \(conf.place), without x86_64=q35"
    case .cpuMode(let host, let conf, let usual):
      "host \(host.name) has cpu_mode \(conf.cpuMode ?? "unset") in \(conf.place), "
        + (usual.map { "others of its generation \($0), so that one image gives two launch measurements" }
          ?? "with which guests get no CPU model that can be attested")
    case .traitFalse(let host, let model):
      "Placement still offers \(model.rawValue) on \(host.name), where it is "
        + (host.verdict(model)?.rawValue ?? "unknown") + " by the last look: nova-compute looks only when it starts, "
        + "and may refuse to start while a server of that model is there"
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .flavorPropertyUnoffered,
      .flavorUnserved, .flavorUnservedSoon, .vcpuModelHidden, .imageSpelling, .imageContradicts, .imageMachineType,
      .imageFirmware, .imageStateful, .imageWithoutFlavor, .hostOutsideAggregate, .hostWithoutSNP,
      .aggregatePropertyUnasked, .filterMissing, .filterUnknown, .unread:
      ""
    }
  }
}

extension CloudFault.Unread {
  var text: String {
    switch self {
    case .flavors(let why): "the flavors were not read: \(why)"
    case .images(let why): "the images were not read, so nothing is known of them: \(why)"
    case .aggregates(let why): "the aggregates were not read: \(why)"
    case .hosts(let why): "the compute hosts were not read: \(why)"
    case .placement(let why): "Placement was not read: \(why)"
    case .offer(let host, let why): "what Placement offers of \(host) was not read: \(why)"
    case .memory(let host):
      "nova.conf of \(host) does not set ram_allocation_ratio, and Placement does not tell how often its memory is promised"
    case .novaConf(let host, let why): "nova.conf of \(host) was not read: \(why)"
    case .neverSeen(let host): "host \(host) was never looked at, so nobody knows what its firmware can do"
    case .notInInventory(let host):
      "host \(host) offers SEV and is not in the inventory, so neither its firmware nor its nova.conf was looked at"
    case .snp(let host): "the last look at \(host) does not tell whether SEV-SNP works there"
    }
  }
}
