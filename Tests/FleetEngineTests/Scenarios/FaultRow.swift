import FleetLab

/// One row of the fault table: what is wrong, what is asked, and everything that must be true afterwards.
struct FaultRow: Sendable, CustomStringConvertible {
  typealias SpecChange = @Sendable (inout LabHostSpec) -> Void
  typealias Act = @Sendable (Scenario) async throws -> Void

  enum Outcome: String, Sendable {
    case converged, skipped, quarantined
    /// Left alone by the plan; nothing is begun.
    case excluded
    case upToDate
  }

  var name: String
  /// Rows of FACTS 7 that it answers.
  var facts: [Int] = []
  var fault: LabFault?

  // MARK: What is asked

  /// Target in the inventory.
  var target: String? = "newer"
  var command = ["apply"]
  var arguments = ["h1"]
  var policy = ""

  // MARK: The world

  var spec: SpecChange = { _ in }
  var servers = [LabWorldSpec.Server("web", on: "h1")]
  var hasCloud = true
  var images: [LabImage] = []
  /// Before the probe that learns the floor while the host is well, as in life.
  var furnish: Act = { _ in }
  var learns = true
  /// After that probe and before `fault`.
  var arrange: Act = { _ in }

  // MARK: What must be true

  var outcome: Outcome
  /// Kind of failure or exclusion; `nil` for a converged host.
  var kind: String?
  var exit: Int32
  /// Texts that the plan or the rollout must say.
  var says: [String] = []
  var activation: String?
  /// Version that runs at the end; `nil`: what ran before.
  var running: LabVersion?
  /// How the firmware files differ from before: path and version, `.some(nil)` for one that is gone.
  var files: [String: LabVersion?] = [:]
  /// Where servers are that moved, and what Nova says of them; the others are as before.
  var places: [String: [String]] = [:]
  /// How often Nova was asked to move a server.
  var moves = 0
  /// Whether the service switch was touched at all.
  var touchesService = false
  /// Kernels started, reloads of `ccp`, kernels started by kexec, and initramfs images made.
  var boots = 0
  var reloads = 0
  var kexecs = 0
  var rebuilds = 0
  /// Whether the report can know what the next reset brings.
  var knowsNextReset = true

  var description: String { name }
}

// MARK: Shorthand

extension FaultRow {
  static let old = LabVersion(1, 55, 31)
  static let new = LabVersion(1, 55, 34)
  static let lower = LabVersion(1, 55, 29)
  static let lossy = LabVersion(1, 55, 36)
  static let floor = LabVersion(1, 51, 3)

  static let usual = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
  static let updates = "/lib/firmware/updates/amd/amd_sev_fam19h_model0xh.sbin"
  static let byReboot = "activation: {reload: false}\n"
  static let moved = ["web": ["h2 ACTIVE"]]

  /// An upgrade to `new` that ends well; the one server moves away.
  static func converged(
    _ name: String, _ fault: LabFault?, by activation: String, policy: String = "",
    _ change: (inout Self) -> Void = { _ in }
  ) -> Self {
    var row = FaultRow(
      name: name, fault: fault, policy: policy, outcome: .converged, exit: 0, activation: activation, running: new,
      files: [usual: new], places: moved, moves: 1, touchesService: true)
    row.reloads = activation == "reload" ? 1 : 0
    row.boots = activation == "reboot" ? 1 : 0
    change(&row)
    return row
  }

  /// A way back that ends well, through a reset.
  static func wentBack(
    _ name: String, _ fault: LabFault? = nil, to version: LabVersion, _ arguments: [String],
    _ change: (inout Self) -> Void = { _ in }
  ) -> Self {
    converged(name, fault, by: "reboot") {
      $0.command = ["downgrade"]
      $0.arguments = arguments
      ($0.running, $0.files) = (version, [usual: version])
      change(&$0)
    }
  }

  /// Seen by prepare: no server moves, no service is touched, nothing changes (RULES O1).
  static func prepared(_ name: String, _ fault: LabFault?, kind: String, _ change: (inout Self) -> Void = { _ in })
    -> Self
  {
    var row = FaultRow(name: name, fault: fault, outcome: .skipped, kind: kind, exit: 3)
    change(&row)
    return row
  }

  /// Failed between cordon and activation: everything is given back, and the servers that moved stay where they are.
  static func gaveBack(_ name: String, _ fault: LabFault?, kind: String, _ change: (inout Self) -> Void = { _ in })
    -> Self
  {
    var row = FaultRow(
      name: name, fault: fault, outcome: .skipped, kind: kind, exit: 3, places: moved, moves: 1, touchesService: true)
    change(&row)
    return row
  }

  static func excluded(
    _ name: String, _ fault: LabFault? = nil, kind: String, _ change: (inout Self) -> Void = { _ in }
  ) -> Self {
    var row = FaultRow(name: name, fault: fault, outcome: .excluded, kind: kind, exit: 3)
    change(&row)
    return row
  }

  /// Nothing is wrong with what the inventory asks for.
  static func upToDate(_ name: String, _ change: (inout Self) -> Void = { _ in }) -> Self {
    var row = FaultRow(name: name, target: "same", outcome: .upToDate, exit: 0)
    change(&row)
    return row
  }

  /// Failed from activation on: out of service, the server stays where it went.
  static func quarantined(_ name: String, _ fault: LabFault?, kind: String?, _ change: (inout Self) -> Void = { _ in })
    -> Self
  {
    var row = FaultRow(
      name: name, fault: fault, outcome: .quarantined, kind: kind, exit: 3, places: moved, moves: 1,
      touchesService: true)
    change(&row)
    return row
  }

  /// Asked for as a downgrade to `lower`.
  mutating func downgrades() {
    command = ["downgrade"]
    arguments = ["h1", "--to", "older"]
  }
}
