extension CloudFault {
  /// The commands that would mend it, in order, word by word.
  package var fix: [[String]] {
    switch self {
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorPropertyUnoffered, .flavorUnserved,
      .flavorUnservedSoon, .vcpuModelHidden:
      flavorFix
    case .flavorWithoutImage(let flavor, let nearest, _): Self.imageFor(flavor, nearest)
    case .imageSpelling, .imageContradicts, .imageMachineType, .imageFirmware, .imageStateful, .imageWithoutFlavor:
      imageFix
    case .hostOutsideAggregate, .hostWithoutSNP, .aggregatePropertyUnasked, .filterMissing, .filterUnknown:
      aggregateFix
    case .ramAllocationRatio, .virtType, .hwMachineType, .cpuMode, .traitFalse: hostFix
    case .unread(let unread): unread.fix
    }
  }

  // MARK: Flavors

  private var flavorFix: [[String]] {
    switch self {
    case .flavorOpen(let flavor): return [Self.set(flavor, "hw:mem_encryption=false")]
    case .flavorSpelling(let flavor, let key):
      let word = EncryptionWord.allCases.first { $0.onImage == key }
      let unset = ["openstack", "flavor", "unset", "--property", key, flavor.argument]
      guard let word, word.isForFlavors, flavor.extraSpecs?[word.onFlavor] == nil else { return [unset] }
      return [unset, Self.set(flavor, "\(word.onFlavor)=\(flavor.extraSpecs?[key] ?? "")")]
    case .flavorContradicts(let flavor, _, let isKnown):
      if isKnown, flavor.extraSpecs?["hw:mem_encryption"] == nil {
        return [Self.set(flavor, "hw:mem_encryption=true")]
      }
      return [["openstack", "flavor", "unset", "--property", "hw:mem_encryption_model", flavor.argument]]
    case .flavorPropertyUnoffered(_, let property, let aggregate):
      let assignment = "\(property.key)=\(property.value)"
      return [
        aggregate.map { ["openstack", "aggregate", "set", "--property", assignment, $0.argument] }
          ?? ["openstack", "aggregate", "create", "--property", assignment, CloudAggregate.newName]
      ]
    case .flavorUnserved(let flavor, _), .flavorUnservedSoon(let flavor, _):
      return [["openstack", "flavor", "delete", flavor.argument]]
    case .vcpuModelHidden(let flavor, let suggestion):
      return [Self.set(flavor, "\(CloudAudit.vcpuModelKey)=\(suggestion)")]
    case .flavorWithoutImage, .imageSpelling, .imageContradicts, .imageMachineType, .imageFirmware, .imageStateful,
      .imageWithoutFlavor, .hostOutsideAggregate, .hostWithoutSNP, .aggregatePropertyUnasked, .filterMissing,
      .filterUnknown, .ramAllocationRatio, .virtType, .hwMachineType, .cpuMode, .traitFalse, .unread:
      return []
    }
  }

  private static func set(_ flavor: CloudFlavor, _ assignment: String) -> [String] {
    ["openstack", "flavor", "set", "--property", assignment, flavor.argument]
  }

  // MARK: Images

  /// What makes an image fit for a flavor; the guest in it must be able to start by UEFI.
  private static func imageFor(_ flavor: CloudFlavor, _ nearest: CloudImage?) -> [[String]] {
    var properties = ["hw_machine_type=q35", "hw_firmware_type=uefi"]
    if flavor.wish.encryption == .sevSNP { properties.append("hw_firmware_stateless=true") }
    let options = properties.flatMap { ["--property", $0] }
    guard let nearest else {
      return [
        ["openstack", "image", "create", "--disk-format", "qcow2", "--file", "uefi.qcow2"] + options + ["uefi-guest"]
      ]
    }
    return [["openstack", "image", "set"] + options + [nearest.id]]
  }

  private var imageFix: [[String]] {
    switch self {
    case .imageSpelling(let image, let key):
      let word = EncryptionWord.allCases.first { $0.onFlavor == key }
      let unset = ["openstack", "image", "unset", "--property", key, image.id]
      guard let word, image.properties[word.onImage] == nil else { return [unset] }
      return [unset, Self.set(image, "\(word.onImage)=\(image.properties[key] ?? "")")]
    case .imageContradicts(let image, _, _):
      return [["openstack", "image", "unset", "--property", "hw_mem_encryption_model", image.id]]
    case .imageMachineType(let image): return [Self.set(image, "hw_machine_type=q35")]
    case .imageFirmware(let image): return [Self.set(image, "hw_firmware_type=uefi")]
    case .imageStateful(let image): return [Self.set(image, "hw_firmware_stateless=true")]
    case .imageWithoutFlavor(let image):
      let model = image.wish.encryption
      return [
        [
          "openstack", "flavor", "create", "--vcpus", "2", "--ram", "4096", "--disk", "20", "--property",
          "hw:mem_encryption=true", "--property", "hw:mem_encryption_model=\(model.novaWord)",
          "\(model.novaWord).medium",
        ]
      ]
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .flavorPropertyUnoffered,
      .flavorUnserved, .flavorUnservedSoon, .vcpuModelHidden, .hostOutsideAggregate, .hostWithoutSNP,
      .aggregatePropertyUnasked, .filterMissing, .filterUnknown, .ramAllocationRatio, .virtType, .hwMachineType,
      .cpuMode, .traitFalse, .unread:
      return []
    }
  }

  private static func set(_ image: CloudImage, _ assignment: String) -> [String] {
    ["openstack", "image", "set", "--property", assignment, image.id]
  }

  // MARK: Aggregates and the scheduler

  /// What Nova enables where nothing is configured.
  private static let defaultFilters = [
    "ComputeFilter", "ComputeCapabilitiesFilter", "ImagePropertiesFilter", "ServerGroupAntiAffinityFilter",
    "ServerGroupAffinityFilter",
  ]

  private var aggregateFix: [[String]] {
    let conf = "/etc/nova/nova.conf"
    switch self {
    case .hostOutsideAggregate(let host, let aggregate):
      guard let aggregate else {
        let name = CloudAggregate.newName
        return [
          ["openstack", "aggregate", "create", "--property", "sev=true", name],
          ["openstack", "aggregate", "add", "host", name, host.name],
        ]
      }
      return [["openstack", "aggregate", "add", "host", aggregate.argument, host.name]]
    case .hostWithoutSNP(let host, let aggregate):
      return [["openstack", "aggregate", "remove", "host", aggregate.argument, host.name]]
    case .aggregatePropertyUnasked(let aggregate, let property, let flavors):
      guard !flavors.isEmpty else {
        return [["openstack", "aggregate", "unset", "--property", property.key, aggregate.argument]]
      }
      return flavors.map { Self.set($0, "\(AggregateProperty.scope)\(property.key)=\(property.value)") }
    case .filterMissing(let evidence):
      let filters: [String] =
        switch evidence {
        case .configuration(_, _, let filters): filters
        case .placement: Self.defaultFilters
        }
      let list = (filters + [CloudAudit.filterName]).joined(separator: ",")
      return [["sudo", "crudini", "--set", conf, "filter_scheduler", "enabled_filters", list]]
    case .filterUnknown: return [["sudo", "crudini", "--get", conf, "filter_scheduler", "enabled_filters"]]
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .flavorPropertyUnoffered,
      .flavorUnserved, .flavorUnservedSoon, .vcpuModelHidden, .imageSpelling, .imageContradicts, .imageMachineType,
      .imageFirmware, .imageStateful, .imageWithoutFlavor, .ramAllocationRatio, .virtType, .hwMachineType, .cpuMode,
      .traitFalse, .unread:
      return []
    }
  }
}

extension CloudFlavor {
  /// How a command names it: a name that looks like an option would be taken for one.
  var argument: String { name.hasPrefix("-") ? id : name }
}

extension CloudAggregate {
  static let newName = "sev"
  var argument: String { name.hasPrefix("-") ? "\(id)" : name }
}
