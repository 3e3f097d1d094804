import FleetLab

/// One row of the fault table: what is wrong, what is asked, and everything that must be true afterwards.
struct FaultRow: Sendable, CustomStringConvertible {
  enum Ask: Sendable { case upgrade, upgradeByReboot, downgrade }

  var name: String
  var fault: LabFault?
  var ask: Ask = .upgrade
  var policy = ""
  var spec: @Sendable (inout LabHostSpec) -> Void = { _ in }
  /// `converged`, `skipped`, `quarantined`, or `excluded`.
  var outcome: String
  /// Kind of failure or exclusion; `nil` for a converged host.
  var kind: String?
  var exit: Int32
  /// Whether the compute service is enabled at the end.
  var enabled = true
  /// Version that runs at the end; `nil`: what ran before.
  var running: LabVersion?
  /// Version of the file under its usual name at the end; `nil`: what lay there before.
  var file: LabVersion?
  /// How often Nova was asked to move the one server on the host.
  var moves = 0
  /// Whether the service switch was touched at all.
  var touchesService = false
  var activation: String?

  var description: String { name }

  static let old = LabVersion(1, 55, 31)
  static let new = LabVersion(1, 55, 34)
  static let lower = LabVersion(1, 55, 29)

  static func converged(
    _ name: String, _ fault: LabFault?, _ ask: Ask = .upgrade, policy: String = "", activation: String,
    running: LabVersion = new, spec: @escaping @Sendable (inout LabHostSpec) -> Void = { _ in }
  ) -> FaultRow {
    FaultRow(
      name: name, fault: fault, ask: ask, policy: policy, spec: spec, outcome: "converged", kind: nil, exit: 0,
      running: running, file: running, moves: 1, touchesService: true, activation: activation)
  }

  /// Seen by prepare: no server moves, no service is touched, nothing changes (RULES O1).
  static func prepared(
    _ name: String, _ fault: LabFault, kind: String, spec: @escaping @Sendable (inout LabHostSpec) -> Void = { _ in }
  ) -> FaultRow {
    FaultRow(name: name, fault: fault, spec: spec, outcome: "skipped", kind: kind, exit: 3)
  }

  static func excluded(_ name: String, _ fault: LabFault, _ ask: Ask = .upgrade, kind: String) -> FaultRow {
    FaultRow(name: name, fault: fault, ask: ask, outcome: "excluded", kind: kind, exit: 3)
  }

  static func quarantined(
    _ name: String, _ fault: LabFault, _ ask: Ask, kind: String, policy: String = "", running: LabVersion? = nil,
    file: LabVersion? = nil
  ) -> FaultRow {
    FaultRow(
      name: name, fault: fault, ask: ask, policy: policy, outcome: "quarantined", kind: kind, exit: 3, enabled: false,
      running: running, file: file, moves: 1, touchesService: true)
  }
}
