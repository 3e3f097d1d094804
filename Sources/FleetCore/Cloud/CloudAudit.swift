/// Holds a cloud's SEV set-up against YAOOK's and Nova's guides. Pure and total: what was read in, findings out.
package struct CloudAudit: Hashable, Sendable {
  /// The key under which a flavor shows its CPU model to those who attest.
  package static let vcpuModelKey = "ATTESTATION:vcpu_model"
  package static let filterName = "AggregateInstanceExtraSpecsFilter"
  /// What Nova does under kvm where nothing is configured.
  package static let defaultCPUMode = "host-model"

  package let findings: [CloudFinding]

  package var isClean: Bool { findings.isEmpty }

  package init(_ setUp: CloudSetUp) {
    let auditor = CloudAuditor(setUp)
    let faults =
      auditor.unread + auditor.flavorFaults + auditor.imageFaults + auditor.aggregateFaults + auditor.filterFaults
      + auditor.hostFaults
    findings = Set(faults.map(CloudFinding.init)).sorted { left, right in
      (left.subject, left.kind.rawValue, left.text) < (right.subject, right.kind.rawValue, right.text)
    }
  }

  /// Nova hosts whose servers would tell whether the filter is in force, the likeliest first; none where it is not
  /// needed, or told by a nova.conf.
  package static func telltales(_ setUp: CloudSetUp) -> [String] { CloudAuditor(setUp).telltales }
}

/// The parts of an audit, one file for each subject.
struct CloudAuditor {
  let setUp: CloudSetUp
  let flavors: [CloudFlavor]
  let images: [CloudImage]
  let aggregates: [CloudAggregate]
  let hosts: [CloudHost]
  /// Flavors that ask for encryption.
  let sevFlavors: [CloudFlavor]
  let sevHosts: [CloudHost]
  /// Aggregates that are meant for SEV hosts: by what flavors ask, else by their words.
  let sevAggregates: [CloudAggregate]

  init(_ setUp: CloudSetUp) {
    self.setUp = setUp
    flavors = (setUp.flavors.value ?? []).sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    images = (setUp.images.value ?? []).sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    aggregates = (setUp.aggregates.value ?? []).sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    hosts = (setUp.hosts.value ?? []).sorted { $0.name < $1.name }
    let sevFlavors = flavors.filter(\.wish.isAsked)
    let asked = sevFlavors.flatMap { AggregateProperty.asked($0.extraSpecs ?? [:]) }
    self.sevFlavors = sevFlavors
    sevHosts = hosts.filter(\.isForSEV)
    sevAggregates = aggregates.filter { aggregate in
      asked.contains { $0.isOffered(by: aggregate.metadata) } || CloudAggregate.speaksOfSEV(aggregate.name)
        || aggregate.metadata.keys.contains(where: CloudAggregate.speaksOfSEV)
    }
  }

  /// What was not read; every other rule says nothing of it.
  var unread: [CloudFault] {
    var faults: [CloudFault] = []
    if case .unread(let why) = setUp.flavors { faults.append(.unread(.flavors(why))) }
    if flavors.contains(where: { $0.extraSpecs == nil }) {
      faults.append(.unread(.flavors("Nova hides the extra specs from these credentials")))
    }
    if case .unread(let why) = setUp.images { faults.append(.unread(.images(why))) }
    if case .unread(let why) = setUp.aggregates { faults.append(.unread(.aggregates(why))) }
    if case .unread(let why) = setUp.hosts { faults.append(.unread(.hosts(why))) }
    let silence = placementSilence
    if let silence { faults.append(.unread(.placement(silence))) }
    for host in hosts {
      if silence == nil, case .unread(let why) = host.offer {
        faults.append(.unread(.offer(host: host.name, why: why)))
      }
      guard host.isForSEV else { continue }
      guard let id = host.host else {
        faults.append(.unread(.notInInventory(host: host.name)))
        continue
      }
      if host.features == nil { faults.append(.unread(.neverSeen(host: id))) }
      if case .unread(let why) = host.novaConf { faults.append(.unread(.novaConf(host: id, why: why))) }
    }
    return faults
  }

  /// Why nothing at all is known of Placement; `nil`: something is, or there is but one host.
  private var placementSilence: String? {
    var reasons: Set<String> = []
    for host in hosts {
      guard case .unread(let why) = host.offer else { return nil }
      reasons.insert(why)
    }
    return hosts.count > 1 && reasons.count == 1 ? reasons.first : nil
  }

  /// The aggregates of one host.
  func aggregates(of host: String) -> [CloudAggregate] { aggregates.filter { $0.hosts.contains(host) } }
}
