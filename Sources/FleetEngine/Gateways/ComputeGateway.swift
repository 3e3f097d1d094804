package import FleetCore

/// Everything the engine asks of Nova, Placement and Glance: the second of its two ports.
///
/// Every change returns when Nova has accepted it, which promises nothing (FACTS 6.2); success is looked up.
package protocol ComputeGateway: Sendable {
  /// The service of a host. Throws `notFound` where Nova has none or several.
  func service(_ host: String) async throws(ComputeError) -> ComputeServiceState
  /// Service, servers with their models, unfinished migrations; Placement's view where `inventory` is wished.
  func view(_ host: String, inventory: Bool) async throws(ComputeError) -> ComputeHostView
  /// One server; `nil`: it is gone.
  func server(_ id: String) async throws(ComputeError) -> ComputeServer?
  /// Migration records of a server, newest first.
  func migrations(server: String) async throws(ComputeError) -> [MigrationRecord]
  /// Migration records that name a host on either side, newest first.
  func migrations(host: String) async throws(ComputeError) -> [MigrationRecord]
  /// Every compute service.
  func services() async throws(ComputeError) -> [ComputeServiceState]
  /// Enabled hosts whose service is up.
  func serviceHosts() async throws(ComputeError) -> [ComputeServiceState]
  /// What every compute host has free, in a handful of requests for the whole deployment. A host that Placement offers
  /// no CPU or memory of has nothing free.
  func rooms() async throws(ComputeError) -> [ComputeRoom]
  /// Groups of servers that are kept on different hosts, of all projects.
  func peerGroups() async throws(ComputeError) -> [PeerGroup]
  func disable(service: String, reason: String) async throws(ComputeError)
  func enable(service: String) async throws(ComputeError)
  /// `host` nil: Nova's scheduler chooses; a host that is named must pass it as well.
  func moveLive(_ server: String, to host: String?) async throws(ComputeError)
  func moveCold(_ server: String, to host: String?) async throws(ComputeError)
  func confirm(_ server: String) async throws(ComputeError)
  func revert(_ server: String) async throws(ComputeError)
  func abort(_ server: String, migration: Int) async throws(ComputeError)
  func stop(_ server: String) async throws(ComputeError)
  func start(_ server: String) async throws(ComputeError)
}

/// Why Nova did not accept or answer something.
package struct ComputeError: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// No answer: what was asked may or may not have been accepted.
    case unreachable
    /// 400: never possible for this server, such as a live move of an encrypted one.
    case badRequest
    /// 409: not possible now.
    case conflict
    case notFound
    /// 401, 403, or an answer that shows that we are no administrator.
    case notAllowed
    case other
  }

  package var kind: Kind
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  package var failure: Failure {
    Failure(.computeUnknown, text, isTransient: kind == .unreachable)
  }
}
