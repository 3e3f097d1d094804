import FleetCore
import SSHTransport

/// One connection per host, opened when first needed and kept until it is closed or breaks.
actor ConnectionPool {
  private let client: SSHClient
  private let controllerHome: String
  private var connections: [HostID: SSHConnection] = [:]
  private var homes: [HostID: String] = [:]

  init(client: SSHClient, home: String) {
    self.client = client
    controllerHome = home
  }

  func connection(_ host: Host) async throws(SSHError) -> SSHConnection {
    if let open = connections[host.id] {
      if await open.isUsable { return open }
      connections[host.id] = nil
    }
    let fresh = try await client.connect(try configuration(host))
    connections[host.id] = fresh
    return fresh
  }

  func close(_ id: HostID) async {
    guard let connection = connections.removeValue(forKey: id) else { return }
    await connection.close()
  }

  func closeAll() async {
    for id in connections.keys { await close(id) }
  }

  func home(_ id: HostID) -> String? { homes[id] }

  func remember(home: String, _ id: HostID) { homes[id] = home }

  private func configuration(_ host: Host) throws(SSHError) -> SSHConfiguration {
    var jump: SSHEndpoint?
    if let text = host.ssh.jump {
      guard let endpoint = SSHEndpoint(parsing: text) else {
        throw SSHError(.invalidRequest, host: host.id.rawValue, "ssh.jump is not USER@HOST[:PORT]", found: text)
      }
      jump = endpoint
    }
    let identity: SSHIdentity =
      host.ssh.identity == "agent" ? .agent(socketPath: nil) : .file(expand(host.ssh.identity))
    return SSHConfiguration(
      endpoint: SSHEndpoint(
        host: host.address, port: host.ssh.port, user: host.ssh.user, knownHostsName: host.id.rawValue),
      identity: identity, knownHostsFiles: [expand(host.ssh.knownHosts)], jump: jump,
      connectTimeout: host.policy.deadlines.connect)
  }

  private func expand(_ path: String) -> String {
    path.hasPrefix("~/") ? controllerHome + path.dropFirst(1) : path
  }
}
