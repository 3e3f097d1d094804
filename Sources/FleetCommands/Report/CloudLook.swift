import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import OpenStackAPI
import SSHTransport

/// One look at a cloud's SEV set-up, for the reports that judge it.
struct CloudLook {
  var at: Instant
  var setUp: CloudSetUp

  /// Asks Nova, Placement and Glance, and reads the nova.conf of SEV hosts; of their firmware the last stored look
  /// counts. Throws where no cloud is configured.
  static func take(_ context: CommandContext) async throws -> CloudLook {
    let seen = try context.store().latestSeen()
    guard let cloud = try context.openCloud() else {
      throw CommandError(
        ExitStatus.usage, "noCloud", "there is no OpenStack to look at",
        expected: "openstack.cloud in fleet.yaml, OS_CLOUD or OS_AUTH_URL", found: "none of them")
    }
    let client = try SSHClient(.fromEnvironment)
    let hosts = SSHHostGateway(client: client, facts: context.facts, home: CommandContext.home)
    let reader = CloudReader(
      cloud: cloud, confs: hosts, places: context.inventory.novaConf ?? NovaConfPlace.usual, facts: context.facts,
      catalog: context.catalog.catalog)
    let known = context.inventory.hosts.map {
      CloudReader.Known(host: $0, observation: seen[$0.id]?.observation)
    }
    let setUp = await reader.read(known)
    await hosts.closeAll()
    await client.shutdown()
    try? await cloud.shutdown()
    return CloudLook(at: SystemClock().now(), setUp: setUp)
  }
}
