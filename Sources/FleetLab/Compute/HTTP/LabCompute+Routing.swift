extension LabCompute {
  /// The door: sends a request to its service by the first path component and notes it if it may change something.
  func answer(_ call: APICall) -> APIAnswer {
    let subject = auditEntry(call)
    let answer = route(call)
    if let subject, call.path.first != "identity", call.path.first != "control" {
      audit.append(entry(call, subject, answer.status))
    }
    return answer
  }

  private func route(_ call: APICall) -> APIAnswer {
    switch call.path.first {
    case "identity": keystone(call.below)
    case "compute": nova(call.below)
    case "placement": placement(call.below)
    case "image": glance(call.below)
    case "volume": cinder(call.below)
    case "control": control(call.below)
    case nil, .some: .noSuchPath
    }
  }

  private func entry(
    _ call: APICall, _ subject: (server: String?, host: String?, action: String?), _ status: Int
  ) -> AuditEntry {
    let query = call.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    return AuditEntry(
      number: (audit.last?.number ?? 0) + 1, time: now, method: call.method,
      path: "/" + call.path.joined(separator: "/") + (query.isEmpty ? "" : "?" + query),
      body: String(decoding: call.body, as: UTF8.self), status: status, action: subject.action,
      server: subject.server, host: subject.host)
  }

  /// Checks the token as keystonemiddleware does, for all services but Keystone.
  func authenticated(
    _ call: APICall, _ body: (KeystoneDirectory.Token) -> APIAnswer
  ) -> APIAnswer {
    do throws(KeystoneFault) {
      return body(try caller(call))
    } catch {
      return error.answer(identityURL: keystoneViews.identityURL)
    }
  }
}
