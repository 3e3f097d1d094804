/// What the inventory wants of a host, and since when sevfleet knows that it does.
package struct StandingTarget: Hashable, Sendable {
  /// A version as text, or `factory`: a target that is only called otherwise is the same.
  package var wanted: String
  /// Of the first look at the host that was made with this target.
  package var since: Instant

  package init(wanted: String, since: Instant) {
    self.wanted = wanted
    self.since = since
  }
}

extension FirmwareTarget {
  /// What it wants of a processor, whatever it is called: a version, or `factory`; `nil`: it names none for it.
  package func wanted(of cpu: CPUIdentity) -> String? {
    switch self {
    case .version(let version): version.description
    case .named(_, let versions): versions[cpu.familyModel]?.description
    case .factory: "factory"
    case .backup: nil
    }
  }
}
