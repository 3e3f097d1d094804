import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import OpenStackAPI
import SSHTransport

/// The edges a command needs, opened together and closed together.
struct CommandServices {
  var engine: EngineServices
  private let hosts: SSHHostGateway
  private let client: SSHClient
  private let cloud: OpenStackCloud?

  init(engine: EngineServices, hosts: SSHHostGateway, client: SSHClient, cloud: OpenStackCloud?) {
    self.engine = engine
    self.hosts = hosts
    self.client = client
    self.cloud = cloud
  }

  func close() async {
    await hosts.closeAll()
    await client.shutdown()
    try? await cloud?.shutdown()
  }
}

extension CommandContext {
  /// Opens SSH and, if hosts are in Nova and it is to be asked, the cloud. Nothing is connected yet.
  /// `moves`: the slots that all rollouts of this process share; a command that moves nothing needs none.
  func services(
    _ store: FleetStore, asksNova: Bool = true, moves: CloudMoves = CloudMoves(),
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) throws -> CommandServices {
    let client = try SSHClient(.fromEnvironment)
    let hosts = SSHHostGateway(client: client, facts: facts, home: Self.home)
    let cloud = asksNova ? try openCloud() : nil
    let engine = EngineServices(
      store: store, controller: try store.controller(), hosts: hosts, compute: cloud.map { NovaComputeGateway($0) },
      facts: facts,
      catalog: catalog.catalog, moves: moves.slots(inventory.cloud), progress: progress
    )
    return CommandServices(engine: engine, hosts: hosts, client: client, cloud: cloud)
  }

  func openCloud() throws -> OpenStackCloud? {
    guard inventory.openStackConfigured else { return nil }
    do throws(CloudConfigurationError) {
      return try OpenStackCloud(CloudConfiguration.load(cloud: inventory.cloud))
    } catch {
      throw CommandError(
        ExitStatus.badInput, error.kind.rawValue, "\(error)", expected: error.expected, found: error.found)
    }
  }

  /// Runs `body` with open services and closes them whatever happens.
  func withServices<Value>(
    _ store: FleetStore, asksNova: Bool = true, moves: CloudMoves = CloudMoves(),
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in },
    _ body: (EngineServices) async throws -> Value
  ) async throws -> Value {
    let services = try services(store, asksNova: asksNova, moves: moves, progress: progress)
    do {
      let value = try await body(services.engine)
      await services.close()
      return value
    } catch {
      await services.close()
      throw error
    }
  }
}
