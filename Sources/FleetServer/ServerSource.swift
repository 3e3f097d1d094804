package import FleetCore
package import FleetEngine
package import FleetStore

/// What the server asks of the process that it runs in. Documents are those of the command line, byte for byte.
///
/// Errors that it throws become answers: `StoreError`, `ServeRefusal`, `APIProblem` by their kind, others as 503.
package protocol ServerSource: Sendable {
  var store: FleetStore { get }
  var clock: any EngineClock { get }
  /// Who holds the lock: this process.
  var holder: LockHolder { get }

  /// The desk that also other processes hand their commands to.
  func ask(_ request: ControlRequest) async -> ControlAnswer
  /// A new rollout's id.
  func newRollout() -> String
  /// Whether the operator's files could be read when they were read last.
  var hasGoodFiles: Bool { get }

  /// `inventory list`.
  func inventory() throws -> ServedDocument
  /// The declared host and its last look, `sevfleet.host/1`. Throws `noHost`.
  func host(_ host: HostID) throws -> ServedDocument
  /// `history HOST`. Throws `noHost`.
  func history(_ host: HostID) throws -> ServedDocument
  /// `why HOST`. Throws `noHost`.
  func why(_ host: HostID) async throws -> ServedDocument
  /// `probe`, of the looks that are stored.
  func observations() throws -> ServedDocument
  /// `plan`: looks at hosts and at Nova, changes nothing on them and keeps the plan, with who asked for it.
  func makePlan(_ wish: PlanWish, by person: String) async throws -> ServedDocument
  /// A stored plan. `id`: whole, or its beginning.
  func plan(_ id: String) throws -> ServedDocument
  /// `rollout list`.
  func rollouts() async throws -> ServedDocument
  /// `rollout show`. `id`: whole, or its beginning.
  func rollout(_ id: String) async throws -> ServedDocument
  /// `report compliance`, as of a time that is past; `nil`: now.
  func compliance(at: Instant?) throws -> ServedDocument
  /// `catalog list`.
  func catalog() throws -> ServedDocument
  /// What the metrics tell of the fleet.
  func standing() throws -> FleetStanding
}

/// The fleet in numbers.
package struct FleetStanding: Hashable, Sendable {
  /// Hosts in each state of compliance; every state is there.
  package var hosts: [ComplianceRow.State: Int]
  /// Hosts that a bulletin's floors are not met on, by its id; every known bulletin is there.
  package var noncompliant: [String: Int]
  /// Hosts whose newest look failed, by the kind of failure.
  package var probeErrors: [String: Int]
  /// The newest look at any host; `nil`: there was none.
  package var lastLook: Instant?

  package init(
    hosts: [ComplianceRow.State: Int], noncompliant: [String: Int], probeErrors: [String: Int], lastLook: Instant?
  ) {
    self.hosts = hosts
    self.noncompliant = noncompliant
    self.probeErrors = probeErrors
    self.lastLook = lastLook
  }
}
