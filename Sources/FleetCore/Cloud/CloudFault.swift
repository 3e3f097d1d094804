/// One thing that is wrong with a cloud's SEV set-up, with what its sentence and its fix need.
package enum CloudFault: Hashable, Sendable {
  // Flavors.
  /// Without SEV, and an image can turn it on.
  case flavorOpen(CloudFlavor)
  /// A property in the images' spelling.
  case flavorSpelling(CloudFlavor, key: String)
  /// It names a model and no encryption, or a model that nobody knows.
  case flavorContradicts(CloudFlavor, model: String, isKnown: Bool)
  /// No image fits; `nearest` lacks the fewest properties.
  case flavorWithoutImage(CloudFlavor, nearest: CloudImage?, missing: [String])
  case flavorPropertyUnoffered(CloudFlavor, AggregateProperty, aggregate: CloudAggregate?)
  /// No host can run such guests any more.
  case flavorUnserved(CloudFlavor, EncryptionModel)
  /// None will, once the hosts run their targets.
  case flavorUnservedSoon(CloudFlavor, hosts: [String])
  case vcpuModelHidden(CloudFlavor, suggestion: String)
  // Images.
  case imageSpelling(CloudImage, key: String)
  case imageContradicts(CloudImage, model: String, isKnown: Bool)
  case imageMachineType(CloudImage)
  case imageFirmware(CloudImage)
  case imageStateful(CloudImage)
  case imageWithoutFlavor(CloudImage)
  // Aggregates and the scheduler.
  case hostOutsideAggregate(CloudHost, CloudAggregate?)
  case hostWithoutSNP(CloudHost, CloudAggregate)
  case aggregatePropertyUnasked(CloudAggregate, AggregateProperty, flavors: [CloudFlavor])
  case filterMissing(FilterEvidence)
  case filterUnknown(flavors: [String])
  // Hosts.
  case ramAllocationRatio(CloudHost, found: String, path: String?)
  case virtType(CloudHost, NovaConf)
  case hwMachineType(CloudHost, NovaConf)
  case cpuMode(CloudHost, NovaConf, usual: String?)
  case traitFalse(CloudHost, EncryptionModel)
  /// What could not be read, and so is not known to be right.
  case unread(Unread)

  /// How it was told that the filter is not in force.
  package enum FilterEvidence: Hashable, Sendable {
    case configuration(host: String, path: String, filters: [String])
    case placement(CloudPlacement, AggregateProperty)
  }

  package enum Unread: Hashable, Sendable {
    case flavors(String)
    case images(String)
    case aggregates(String)
    case hosts(String)
    case placement(String)
    case offer(host: String, why: String)
    case memory(host: String)
    case novaConf(host: HostID, why: String)
    case neverSeen(host: HostID)
    case notInInventory(host: String)
    case snp(host: String)
  }

  /// The stable name of a fault.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case flavorOpen, flavorSpelling, flavorContradicts, flavorWithoutImage, flavorPropertyUnoffered, flavorUnserved
    case flavorUnservedSoon, vcpuModelHidden
    case imageSpelling, imageContradicts, imageMachineType, imageFirmware, imageStateful, imageWithoutFlavor
    case hostOutsideAggregate, hostWithoutSNP, aggregatePropertyUnasked, filterMissing, filterUnknown
    case ramAllocationRatio, virtType, hwMachineType, cpuMode, traitFalse
    case unread
  }

  package var kind: Kind {
    switch self {
    case .flavorOpen: .flavorOpen
    case .flavorSpelling: .flavorSpelling
    case .flavorContradicts: .flavorContradicts
    case .flavorWithoutImage: .flavorWithoutImage
    case .flavorPropertyUnoffered: .flavorPropertyUnoffered
    case .flavorUnserved: .flavorUnserved
    case .flavorUnservedSoon: .flavorUnservedSoon
    case .vcpuModelHidden: .vcpuModelHidden
    case .imageSpelling: .imageSpelling
    case .imageContradicts: .imageContradicts
    case .imageMachineType: .imageMachineType
    case .imageFirmware: .imageFirmware
    case .imageStateful: .imageStateful
    case .imageWithoutFlavor: .imageWithoutFlavor
    case .hostOutsideAggregate: .hostOutsideAggregate
    case .hostWithoutSNP: .hostWithoutSNP
    case .aggregatePropertyUnasked: .aggregatePropertyUnasked
    case .filterMissing: .filterMissing
    case .filterUnknown: .filterUnknown
    case .ramAllocationRatio: .ramAllocationRatio
    case .virtType: .virtType
    case .hwMachineType: .hwMachineType
    case .cpuMode: .cpuMode
    case .traitFalse: .traitFalse
    case .unread: .unread
    }
  }
}

/// A fault as it is told.
package struct CloudFinding: Hashable, Sendable {
  /// What it is about.
  package struct Subject: Hashable, Sendable, Comparable {
    package enum Sort: String, Hashable, Sendable, Codable, CaseIterable {
      case flavor, image, aggregate, host, cloud
    }

    package var sort: Sort
    package var name: String
    /// Of flavors, images and aggregates.
    package var id: String?

    package init(_ sort: Sort, _ name: String, id: String? = nil) {
      self.sort = sort
      self.name = name
      self.id = id
    }

    package static func < (left: Subject, right: Subject) -> Bool {
      (left.sort.rawValue, left.name, left.id ?? "") < (right.sort.rawValue, right.name, right.id ?? "")
    }
  }

  package var kind: CloudFault.Kind
  package var subject: Subject
  /// One sentence for people, with how it was told.
  package var text: String
  /// The commands that would mend it, in order, word by word. sevfleet runs none of them.
  package var fix: [[String]]
  /// Where the rule stands.
  package var source: String
  package var grade: FactGrade

  package init(_ fault: CloudFault) {
    kind = fault.kind
    subject = fault.subject
    text = fault.text
    fix = fault.fix
    source = fault.kind.source
    grade = fault.kind.grade
  }
}
