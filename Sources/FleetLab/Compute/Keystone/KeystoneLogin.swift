import Foundation

/// A refusal in Keystone's shape; keystonemiddleware's 401 has it too.
struct KeystoneFault: Error {
  let status: Int
  let title: String
  let message: String

  static let unauthorized = KeystoneFault(
    status: 401, title: "Unauthorized", message: "The request you have made requires authentication.")
  static func badRequest(_ message: String) -> KeystoneFault {
    KeystoneFault(status: 400, title: "Bad Request", message: message)
  }
  static func notFound(_ message: String) -> KeystoneFault {
    KeystoneFault(status: 404, title: "Not Found", message: message)
  }

  func answer(identityURL: String) -> APIAnswer {
    let body: APIValue = [
      "error": ["code": .int(status), "message": .string(message), "title": .string(title)]
    ]
    let answer = APIAnswer.json(body, status: status)
    return status == 401 ? answer.adding("WWW-Authenticate", "Keystone uri=\"\(identityURL)\"") : answer
  }
}

/// Reads the body of `POST /v3/auth/tokens` and decides who asks for what.
struct KeystoneLogin {
  let directory: KeystoneDirectory
  let now: Date
  let lifetime: Duration

  func token(_ body: APIValue?) throws(KeystoneFault) -> KeystoneDirectory.Token {
    guard let body else { throw .badRequest("Expecting to find valid JSON in request body.") }
    guard let auth = body["auth"], let identity = auth["identity"],
      let methods = identity["methods"]?.array?.compactMap(\.string)
    else { throw .badRequest("'identity' is a required property") }
    if methods == ["application_credential"] { return try byCredential(identity["application_credential"]) }
    if methods == ["password"] { return try byPassword(identity["password"]?["user"], scope: auth["scope"]) }
    throw .unauthorized
  }

  private func byCredential(_ given: APIValue?) throws(KeystoneFault) -> KeystoneDirectory.Token {
    let found = directory.credentials.first { credential in
      if let id = given?["id"]?.string { return credential.id == id }
      guard let user = try? user(given?["user"]) else { return false }
      return credential.name == given?["name"]?.string && credential.userID == user.id
    }
    guard let found, found.secret == given?["secret"]?.string,
      let user = directory.users.first(where: { $0.id == found.userID })
    else { throw .unauthorized }
    return token(
      "application_credential", user, project: directory.projects.first { $0.id == found.projectID },
      roles: found.roles)
  }

  private func byPassword(_ given: APIValue?, scope: APIValue?) throws(KeystoneFault) -> KeystoneDirectory.Token {
    let user = try user(given)
    guard given?["password"]?.string == user.password else { throw .unauthorized }
    if scope?["system"] != nil {
      guard user.id == directory.adminUser.id else { throw .unauthorized }
      return token("password", user, project: nil, roles: user.roles[directory.admin.id] ?? [], isSystem: true)
    }
    guard let asked = scope?["project"] else { return token("password", user, project: nil, roles: []) }
    let project = directory.projects.first { project in
      if let id = asked["id"]?.string { return project.id == id }
      return project.name == asked["name"]?.string && isDefaultDomain(asked["domain"])
    }
    guard let project, let roles = user.roles[project.id] else { throw .unauthorized }
    return token("password", user, project: project, roles: roles)
  }

  private func user(_ given: APIValue?) throws(KeystoneFault) -> KeystoneDirectory.User {
    let found = directory.users.first { user in
      if let id = given?["id"]?.string { return user.id == id }
      return user.name == given?["name"]?.string && isDefaultDomain(given?["domain"])
    }
    guard let found else { throw .unauthorized }
    return found
  }

  private func isDefaultDomain(_ domain: APIValue?) -> Bool {
    domain?["id"]?.string == "default" || domain?["name"]?.string == "Default"
  }

  private func token(
    _ method: String, _ user: KeystoneDirectory.User, project: KeystoneDirectory.Project?, roles: [String],
    isSystem: Bool = false
  ) -> KeystoneDirectory.Token {
    KeystoneDirectory.Token(
      method: method, userID: user.id, userName: user.name, project: project, isSystem: isSystem, roles: roles,
      auditID: String(KeystoneDirectory.hexID().prefix(22)), issued: now,
      expires: now.addingTimeInterval(lifetime / .seconds(1)))
  }
}
