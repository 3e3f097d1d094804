/// Servers that their owner keeps on different hosts, so that one host never takes two of them away.
package struct PeerGroup: Hashable, Sendable {
  package var id: String
  package var members: [String]

  package init(id: String, members: [String]) {
    self.id = id
    self.members = members
  }

  /// Nova's policies, strict or not, that mean so.
  package static let policies: Set<String> = ["anti-affinity", "soft-anti-affinity"]

  /// The groups, sorted, in which a server is not alone.
  package static func byServer(_ groups: [PeerGroup]) -> [String: [String]] {
    var byServer: [String: [String]] = [:]
    for group in groups where group.members.count > 1 {
      for member in group.members { byServer[member, default: []].append(group.id) }
    }
    return byServer.mapValues { $0.sorted() }
  }
}

extension ComputeHostView {
  /// Marks each server with its groups, as `PeerGroup.byServer` tells them.
  package func marked(with groups: [String: [String]]) -> ComputeHostView {
    var marked = self
    for index in marked.servers.indices { marked.servers[index].peerGroups = groups[servers[index].id] }
    return marked
  }
}
