import Foundation

/// The body of `POST /v3/auth/tokens`.
enum AuthenticationRequest {
  static func body(_ auth: CloudAuth) throws -> Data {
    let content: [String: Any] =
      switch auth {
      case .password(let password): ["identity": identity(password), "scope": scope(password.scope)]
      case .applicationCredential(let credential): ["identity": identity(credential)]
      }
    return try JSONSerialization.data(withJSONObject: ["auth": content])
  }

  private static func identity(_ password: PasswordAuth) -> [String: Any] {
    var user = reference(password.user)
    user["password"] = password.password.reveal
    return ["methods": ["password"], "password": ["user": user]]
  }

  private static func identity(_ credential: ApplicationCredentialAuth) -> [String: Any] {
    var content: [String: Any] = ["secret": credential.secret.reveal]
    switch credential.credential {
    case .id(let id): content["id"] = id
    case .name(let name, let user):
      content["name"] = name
      content["user"] = reference(user)
    }
    return ["methods": ["application_credential"], "application_credential": content]
  }

  private static func scope(_ scope: AuthScope) -> [String: Any] {
    switch scope {
    case .project(let project): ["project": reference(project)]
    case .system: ["system": ["all": true]]
    }
  }

  private static func reference(_ named: DomainNamed) -> [String: Any] {
    switch named {
    case .id(let id): ["id": id]
    case .name(let name, .id(let domain)): ["name": name, "domain": ["id": domain]]
    case .name(let name, .name(let domain)): ["name": name, "domain": ["name": domain]]
    }
  }
}
