import FleetCore
import FleetEngine
import FleetLab
import Foundation
import OpenStackAPI
import Testing

@Suite("What Nova tells of a server's devices and disks") struct ServerBurdenTests {
  private static let host = "cmp-1"

  @Test func asTheFlavorAndTheDiskSay() async throws {
    let lab = LabCompute()
    await lab.addHost(Self.host)
    await lab.addFlavor(
      "gpu", memoryMB: 4096, diskGB: 30,
      extraSpecs: ["pci_passthrough:alias": "gpu:1", "hw:cpu_policy": "dedicated", "hw:mem_page_size": "1GB"])
    _ = try await lab.addServer("gpu", flavor: "gpu", host: Self.host)
    _ = try await lab.addServer("disk", flavor: "plain.large", host: Self.host)
    _ = try await lab.addServer(
      "volume", flavor: "plain.large", host: Self.host, boot: .volume(imageProperties: [:]))
    try await lab.start()
    let servers = try await Self.servers(lab)
    #expect(
      servers["gpu"]?.burden
        == MoveBurden(
          devices: [.init(.passthrough, "gpu:1")], hasDedicatedCPUs: true, hugePages: "1GB", localDiskGB: 30))
    #expect(servers["disk"]?.burden == MoveBurden(localDiskGB: 40))
    #expect(servers["volume"]?.burden == MoveBurden(localDiskGB: 0))
    #expect(servers["volume"]?.memoryMB == 16_384)
  }

  private static func servers(_ lab: LabCompute) async throws -> [String: ComputeServer] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("clouds-\(UUID().uuidString).yaml")
    try await lab.cloudsYAML("lab").write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let environment = CloudEnvironment(
      variables: ["OS_CLIENT_CONFIG_FILE": file.path], workingDirectory: "/nonexistent",
      systemDirectory: "/nonexistent")
    let cloud = try OpenStackCloud(CloudConfiguration.load(cloud: "lab", environment: environment))
    let view: ComputeHostView
    do {
      view = try await NovaComputeGateway(cloud).view(host, inventory: false)
    } catch {
      try? await cloud.shutdown()
      throw error
    }
    try await cloud.shutdown()
    return Dictionary(view.servers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
