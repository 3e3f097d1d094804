extension CloudFault.Kind {
  private static let guide = "YAOOK documentation, \"AMD SEV configuration\""
  private static let usage = "YAOOK documentation, \"AMD SEV usage\""
  private static let nova = "Nova administrator guide, \"AMD SEV\""
  private static let aggregates = "Nova administrator guide, \"Host aggregates\""

  /// Where the rule stands that a set-up breaks.
  package var source: String {
    switch self {
    case .flavorOpen, .flavorSpelling, .flavorContradicts, .flavorWithoutImage, .imageSpelling, .imageContradicts,
      .imageWithoutFlavor, .hostOutsideAggregate, .cpuMode, .vcpuModelHidden:
      Self.guide
    case .imageMachineType, .imageFirmware, .imageStateful: Self.usage
    case .flavorPropertyUnoffered, .aggregatePropertyUnasked, .filterMissing, .filterUnknown: Self.aggregates
    case .ramAllocationRatio, .virtType, .hwMachineType: Self.nova
    case .flavorUnserved, .flavorUnservedSoon, .hostWithoutSNP, .traitFalse: "FACTS 1.4, FACTS 6.1"
    case .unread: "sevfleet: what was not read is not known to be right"
    }
  }

  /// How well the rule is known: what the guides say of Nova and of YAOOK's own Nova is of grade A (FACTS), and so is
  /// what a look shows.
  package var grade: FactGrade { .a }
}

extension CloudFault {
  package var subject: CloudFinding.Subject {
    switch self {
    case .flavorOpen(let flavor), .flavorSpelling(let flavor, _), .flavorContradicts(let flavor, _, _),
      .flavorWithoutImage(let flavor, _, _), .flavorPropertyUnoffered(let flavor, _, _),
      .flavorUnserved(let flavor, _), .flavorUnservedSoon(let flavor, _), .vcpuModelHidden(let flavor, _):
      CloudFinding.Subject(.flavor, flavor.name, id: flavor.id)
    case .imageSpelling(let image, _), .imageContradicts(let image, _, _), .imageMachineType(let image),
      .imageFirmware(let image), .imageStateful(let image), .imageWithoutFlavor(let image):
      CloudFinding.Subject(.image, image.name, id: image.id)
    case .aggregatePropertyUnasked(let aggregate, _, _):
      CloudFinding.Subject(.aggregate, aggregate.name, id: "\(aggregate.id)")
    case .hostOutsideAggregate(let host, _), .hostWithoutSNP(let host, _), .ramAllocationRatio(let host, _, _),
      .virtType(let host, _), .hwMachineType(let host, _), .cpuMode(let host, _, _), .traitFalse(let host, _):
      CloudFinding.Subject(.host, host.name)
    case .filterMissing, .filterUnknown: CloudFinding.Subject(.cloud, "scheduler")
    case .unread(let unread): unread.subject
    }
  }
}

extension CloudFault.Unread {
  var subject: CloudFinding.Subject {
    switch self {
    case .flavors: CloudFinding.Subject(.cloud, "flavors")
    case .images: CloudFinding.Subject(.cloud, "images")
    case .aggregates: CloudFinding.Subject(.cloud, "aggregates")
    case .hosts: CloudFinding.Subject(.cloud, "hosts")
    case .placement: CloudFinding.Subject(.cloud, "placement")
    case .offer(let host, _), .memory(let host), .notInInventory(let host), .snp(let host):
      CloudFinding.Subject(.host, host)
    case .novaConf(let host, _), .neverSeen(let host): CloudFinding.Subject(.host, host.rawValue)
    }
  }
}
