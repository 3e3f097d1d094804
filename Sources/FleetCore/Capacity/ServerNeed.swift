/// What one server needs of the host it goes to.
package struct ServerNeed: Hashable, Sendable, Codable {
  /// The server's id.
  package var id: String
  /// `nil`: Nova did not show the size, and nothing can be promised.
  package var vcpus: Int?
  /// MiB; `nil` as above.
  package var memoryMB: Int?
  package var model: EncryptionModel

  package init(id: String, vcpus: Int?, memoryMB: Int?, model: EncryptionModel) {
    self.id = id
    self.vcpus = vcpus
    self.memoryMB = memoryMB
    self.model = model
  }

  package init(_ server: ComputeServer) {
    self.init(id: server.id, vcpus: server.vcpus, memoryMB: server.memoryMB, model: server.model)
  }

  /// MEM_ENCRYPTION_CONTEXT that it takes: one for each confidential guest (Nova, `libvirt` driver).
  package var contexts: Int { model.isConfidential ? 1 : 0 }

  /// Whether everything that a place for it depends on is known.
  package var isKnown: Bool { vcpus != nil && memoryMB != nil && model != .unknown }
}

/// A host that a wave takes out of service, with the servers that must find room elsewhere.
package struct LeavingHost: Hashable, Sendable, Codable {
  /// Nova's service host.
  package var host: String
  package var needs: [ServerNeed]

  package init(host: String, needs: [ServerNeed]) {
    self.host = host
    self.needs = needs
  }

  /// The servers that are on the host now, without those that the plan leaves, stops or cannot move. A server that came
  /// after the plan is counted: it has to go somewhere too. `nil`: the host is not in Nova.
  package init?(_ change: HostChange, servers: [ComputeServer]) {
    guard let name = change.computeHost.name else { return nil }
    guard change.applies(.drain) else {
      self.init(host: name, needs: [])
      return
    }
    var staying: Set<String> = []
    for server in change.drain.servers {
      switch server.move {
      case .live, .cold: break
      case .stop, .leave, .blocked: staying.insert(server.id)
      }
    }
    self.init(host: name, needs: servers.filter { !staying.contains($0.id) }.map { ServerNeed($0) })
  }
}
