package import FleetCore
import OpenStackAPI

/// One server with the span in which it was started.
package struct LaunchedServer: Hashable, Sendable {
  package var server: ComputeServer
  /// `nil`: Nova does not tell, or something is under way that may start it anew.
  package var launch: ServerLaunch?

  package init(server: ComputeServer, launch: ServerLaunch?) {
    self.server = server
    self.launch = launch
  }
}

/// Asks Nova what runs where since when; nothing else of the engine needs it.
package protocol LaunchGateway: Sendable {
  /// The running servers of a host that may attest: of SEV-SNP, and those whose model cannot be read.
  func launches(host: String) async throws(ComputeError) -> [LaunchedServer]
}

extension NovaComputeGateway: LaunchGateway {
  package func launches(host: String) async throws(ComputeError) -> [LaunchedServer] {
    let servers = try await asked { () async throws(OpenStackError) in try await cloud.nova.servers(host: host) }
    var found: [LaunchedServer] = []
    for server in servers {
      let value = await models.value(of: server)
      guard value.mayAttest else { continue }
      let actions = try await asked { () async throws(OpenStackError) in
        try await cloud.nova.instanceActions(server.id)
      }
      let spans = actions.compactMap { action in
        action.started.map {
          ServerLaunch.Action(name: action.action, from: Instant($0), to: action.updated.map { Instant($0) })
        }
      }
      let launch =
        server.taskState == nil ? ServerLaunch(launchedAt: server.launched.map { Instant($0) }, actions: spans) : nil
      found.append(LaunchedServer(server: value, launch: launch))
    }
    return found
  }
}

extension ComputeServer {
  /// Whether a guest of it runs whose attestation reports show a TCB.
  fileprivate var mayAttest: Bool {
    // Nova's numbers of a guest that has a process: running and paused.
    guard powerState == 1 || powerState == 3 else { return false }
    switch model {
    case .sevSNP, .unknown: return true
    case .none, .sev, .sevES: return false
    }
  }
}
