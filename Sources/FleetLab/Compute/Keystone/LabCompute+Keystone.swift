import Foundation

/// Keystone v3, as far as a client logs in with it.
extension LabCompute {
  func keystone(_ call: APICall) -> APIAnswer {
    var answer: APIAnswer
    do throws(KeystoneFault) {
      answer = try keystoneRoute(call)
    } catch {
      answer = error.answer(identityURL: keystoneViews.identityURL)
    }
    return answer.adding("Vary", "X-Auth-Token").adding("x-openstack-request-id", call.requestID)
  }

  var keystoneViews: KeystoneViews { KeystoneViews(root: root, hasImages: settings.hasImageService) }

  private func keystoneRoute(_ call: APICall) throws(KeystoneFault) -> APIAnswer {
    switch (call.method, call.path.count) {
    case ("GET", 0): return .json(["versions": ["values": [keystoneViews.version]]], status: 300)
    case ("GET", 1) where call.path == ["v3"]: return .json(["version": keystoneViews.version])
    default: break
    }
    switch (call.method, Array(call.path.dropFirst())) {
    case ("POST", ["auth", "tokens"]): return try login(call)
    case ("GET", ["auth", "tokens"]): return try showToken(call)
    case ("DELETE", ["auth", "tokens"]): return try revokeToken(call)
    case ("GET", ["auth", "catalog"]):
      _ = try caller(call)
      return .json(["catalog": keystoneViews.catalog])
    case ("POST", let path) where path.count == 3 && path[2] == "application_credentials":
      return try createCredential(call, user: path[1])
    default: return .noSuchPath
    }
  }

  /// Who asks; a 401 of the middleware's shape otherwise.
  func caller(_ call: APICall) throws(KeystoneFault) -> KeystoneDirectory.Token {
    guard let token = directory.token(call.headers["x-auth-token"], at: now) else { throw .unauthorized }
    return token
  }

  private func login(_ call: APICall) throws(KeystoneFault) -> APIAnswer {
    let login = KeystoneLogin(directory: directory, now: now, lifetime: tokenTTL)
    let token = try login.token(APIValue(json: call.body))
    let text = directory.issue(token)
    return .json(keystoneViews.token(token), status: 201).adding("X-Subject-Token", text)
  }

  private func showToken(_ call: APICall) throws(KeystoneFault) -> APIAnswer {
    _ = try caller(call)
    guard let text = call.headers["x-subject-token"] else { throw .notFound("No token in the request") }
    guard let token = directory.token(text, at: now) else { throw .notFound("Could not recognize token.") }
    return .json(keystoneViews.token(token)).adding("X-Subject-Token", text)
  }

  private func revokeToken(_ call: APICall) throws(KeystoneFault) -> APIAnswer {
    _ = try caller(call)
    guard let text = call.headers["x-subject-token"], directory.revoke(text) else {
      throw .notFound("Could not recognize token.")
    }
    return .empty(204)
  }

  private func createCredential(_ call: APICall, user: String) throws(KeystoneFault) -> APIAnswer {
    let token = try caller(call)
    guard token.userID == user, let project = token.project else { throw .unauthorized }
    guard let asked = APIValue(json: call.body)?["application_credential"], let name = asked["name"]?.string else {
      throw .badRequest("'application_credential' is a required property")
    }
    let roles = asked["roles"]?.array?.compactMap { $0["name"]?.string } ?? token.roles
    let made = addApplicationCredential(name: name, userID: user, projectID: project.id, roles: roles)
    let body: APIValue = [
      "id": .string(made.id), "name": .string(name), "secret": .string(made.secret),
      "project_id": .string(project.id), "unrestricted": nil, "expires_at": nil,
    ]
    return .json(["application_credential": body], status: 201)
  }

  func addApplicationCredential(
    name: String, userID: String, projectID: String, roles: [String]
  ) -> KeystoneDirectory.ApplicationCredential {
    let made = KeystoneDirectory.ApplicationCredential(
      id: KeystoneDirectory.hexID(), name: name, secret: KeystoneDirectory.secret(2), userID: userID,
      projectID: projectID, roles: roles)
    directory.credentials.append(made)
    return made
  }
}
