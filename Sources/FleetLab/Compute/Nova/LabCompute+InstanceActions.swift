import Foundation

/// What was asked of a server, as Nova's own log of it shows.
struct NovaAction: Sendable {
  let name: String
  let requestID: String
  let server: String
  let projectID: String
  let userID: String
  let started: Date
  /// `Error`, or nil: also for moves that ran and were rolled back.
  var message: String?
  var updated: Date
}

/// `servers/{id}/os-instance-actions`, newest first.
extension LabCompute {
  func actionsRoute(_ server: NovaServer, _ path: [String], _ call: NovaCall) throws(NovaFault) -> APIAnswer {
    guard call.http.method == "GET", path.count < 2 else { throw .noRoute }
    let own = actions.reversed().filter { $0.server == server.id }
    guard let request = path.first else {
      return .json(["instanceActions": .array(own.map { actionView($0, call) })])
    }
    guard let found = own.first(where: { $0.requestID == request }) else {
      throw .notFound("Action \(request) not found")
    }
    var view = actionView(found, call).object ?? [:]
    view["events"] = []
    return .json(["instanceAction": .object(view)])
  }

  private func actionView(_ action: NovaAction, _ call: NovaCall) -> APIValue {
    var view: [String: APIValue] = [
      "action": .string(action.name), "instance_uuid": .string(action.server),
      "request_id": .string(action.requestID), "user_id": .string(action.userID),
      "project_id": .string(action.projectID), "start_time": .string(WireTime.micros(action.started)),
      "message": .text(action.message),
    ]
    if call.since(58) { view["updated_at"] = .string(WireTime.micros(action.updated)) }
    return .object(view)
  }

  func note(_ name: String, _ server: NovaServer, _ call: NovaCall) {
    note(name, server, request: call.http.requestID, project: call.projectID, user: call.token.userID)
  }

  func note(_ name: String, _ server: NovaServer, request: String, project: String, user: String) {
    actions.append(
      NovaAction(
        name: name, requestID: request, server: server.id, projectID: project, userID: user, started: now,
        updated: now))
  }

  /// The action came to nothing before it ran, or left the server in ERROR.
  func noteFailure(_ request: String) {
    guard let index = actions.lastIndex(where: { $0.requestID == request }) else { return }
    actions[index].message = "Error"
    actions[index].updated = now
  }
}
