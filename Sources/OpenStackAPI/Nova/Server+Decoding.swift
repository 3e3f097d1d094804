import Foundation

/// A server as Nova sends it, with the one thing that `Server` cannot say: whether the host was shown at all.
struct ServerBody: Listed {
  let server: Server
  /// False for callers without an administrator's rights: Nova then leaves the key out.
  let showsHost: Bool

  static let listName = "servers"
  var marker: String { server.id }

  enum Key: String, CodingKey {
    case id, name, status, flavor, image, metadata, tags, fault, locked, created, updated
    case projectID = "tenant_id"
    case taskState = "OS-EXT-STS:task_state"
    case vmState = "OS-EXT-STS:vm_state"
    case powerState = "OS-EXT-STS:power_state"
    case host = "OS-EXT-SRV-ATTR:host"
    case hypervisor = "OS-EXT-SRV-ATTR:hypervisor_hostname"
    case instanceName = "OS-EXT-SRV-ATTR:instance_name"
    case volumes = "os-extended-volumes:volumes_attached"
    case hostStatus = "host_status"
    case launched = "OS-SRV-USG:launched_at"
  }

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: Key.self)
    let image = try body.decodeIfPresent(JSONValue.self, forKey: .image)
    showsHost = body.contains(.host)
    server = Server(
      id: try body.decode(String.self, forKey: .id), name: try body.decode(String.self, forKey: .name),
      projectID: try body.decode(String.self, forKey: .projectID),
      status: try body.decode(ServerStatus.self, forKey: .status),
      taskState: try body.decodeIfPresent(String.self, forKey: .taskState),
      vmState: try body.decode(VMState.self, forKey: .vmState),
      powerState: try body.decodeIfPresent(PowerState.self, forKey: .powerState) ?? .none,
      host: try body.decodeIfPresent(String.self, forKey: .host),
      hypervisorHostname: try body.decodeIfPresent(String.self, forKey: .hypervisor),
      instanceName: try body.decodeIfPresent(String.self, forKey: .instanceName),
      flavor: try body.decode(FlavorBody.self, forKey: .flavor).value,
      // A volume-booted server has an empty text here.
      imageID: image?["id"]?.scalarText, imageProperties: image?["properties"]?.scalarMembers,
      metadata: try body.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:],
      tags: try body.decodeIfPresent([String].self, forKey: .tags) ?? [],
      volumesAttached: try body.decodeIfPresent([Named].self, forKey: .volumes)?.map(\.id) ?? [],
      fault: try body.decodeIfPresent(Server.Fault.self, forKey: .fault),
      hostStatus: try body.decodeIfPresent(String.self, forKey: .hostStatus).flatMap {
        $0.isEmpty ? nil : HostStatus(word: $0)
      },
      locked: try body.decodeIfPresent(Bool.self, forKey: .locked) ?? false,
      created: try body.decodeIfPresent(String.self, forKey: .created).flatMap(RemoteTime.parse),
      updated: try body.decodeIfPresent(String.self, forKey: .updated).flatMap(RemoteTime.parse),
      launched: try body.decodeIfPresent(String.self, forKey: .launched).flatMap(RemoteTime.parse))
  }

  private struct Named: Decodable { let id: String }

  private struct FlavorBody: Decodable {
    let original_name: String
    let vcpus: Int
    let ram: Int
    let extra_specs: [String: String]?
    // Numbers; old flavors have an empty text for no swap.
    let disk: JSONValue?
    let ephemeral: JSONValue?
    let swap: JSONValue?

    var value: Server.Flavor {
      .init(
        original_name, vcpus: vcpus, ram: ram, extraSpecs: extra_specs, disk: size(disk), ephemeral: size(ephemeral),
        swap: size(swap))
    }

    private func size(_ value: JSONValue?) -> Int? { value?.scalarText.flatMap { $0.isEmpty ? 0 : Int($0) } }
  }
}
