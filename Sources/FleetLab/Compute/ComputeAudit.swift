package import Foundation

/// One state-changing request that reached Nova, Placement or Glance, refused ones included.
package struct AuditEntry: Sendable, Hashable {
  /// Counts from 1.
  package let number: Int
  package let time: Date
  package let method: String
  /// With its query, below the server's root: `/compute/v2.1/servers/…/action`.
  package let path: String
  package let body: String
  /// Status of the answer.
  package let status: Int
  /// Name of a server action, such as `os-migrateLive`; `abort` for a DELETE of a migration; else nil.
  package let action: String?
  /// The server it was about, and the host that server was counted on when the request came in.
  package let server: String?
  /// Host of the server, or of the service.
  package let host: String?

  package var wasAccepted: Bool { (200..<300).contains(status) }
  /// A live or cold migration was asked for.
  package var isMove: Bool { action == "os-migrateLive" || action == "migrate" }
  /// A nova-compute's switch, reason or forced state was written.
  package var isServiceChange: Bool { path.contains("/os-services/") }
}

extension LabCompute {
  /// Moves that Nova accepted, oldest first; of one server, or of all.
  package func acceptedMoves(of server: String? = nil) -> [AuditEntry] {
    audit.filter { $0.isMove && $0.wasAccepted && (server == nil || $0.server == server) }
  }

  /// Starts the audit over.
  package func forgetAudit() { audit = [] }

  /// Notes a request; called before it is carried out, so that `host` is where the server was.
  func auditEntry(_ call: APICall) -> (server: String?, host: String?, action: String?)? {
    guard call.method != "GET", call.method != "HEAD" else { return nil }
    let path = call.path
    guard path.count > 2, path[0] == "compute" else { return (nil, nil, nil) }
    if path[2] == "servers", path.count > 3 {
      let id = path[3]
      let isAbort = call.method == "DELETE" && path.contains("migrations")
      let word = path.last == "action" ? APIValue(json: call.body)?.object?.keys.sorted().first : nil
      return (id, servers[id]?.host, isAbort ? "abort" : word)
    }
    if path[2] == "os-services", path.count > 3 {
      let byID = hosts.values.first { $0.serviceID == path[3] }?.name
      return (nil, byID ?? APIValue(json: call.body)?["host"]?.string, nil)
    }
    return (nil, nil, nil)
  }
}
