import Foundation

/// Projects, users, credentials and tokens of the lab's Keystone. One domain, `default`.
struct KeystoneDirectory: Sendable {
  struct Project: Sendable {
    let id: String
    let name: String
  }

  struct User: Sendable {
    let id: String
    let name: String
    let password: String
    /// Role names by project id.
    let roles: [String: [String]]
  }

  struct ApplicationCredential: Sendable {
    let id: String
    let name: String
    let secret: String
    let userID: String
    let projectID: String
    let roles: [String]
  }

  /// What a token is good for.
  struct Token: Sendable {
    let method: String
    let userID: String
    let userName: String
    /// Nil: scoped to the system, or to nothing.
    let project: Project?
    let isSystem: Bool
    let roles: [String]
    let auditID: String
    let issued: Date
    let expires: Date
  }

  private static let allRoles = ["admin", "manager", "member", "reader"]

  let admin = Project(id: hexID(), name: "admin")
  let demo = Project(id: hexID(), name: "demo")
  let users: [User]
  var credentials: [ApplicationCredential] = []
  private(set) var tokens: [String: Token] = [:]

  init(settings: LabComputeSettings) {
    users = [
      User(
        id: Self.hexID(), name: "admin", password: settings.adminPassword,
        roles: [admin.id: Self.allRoles, demo.id: Self.allRoles]),
      User(
        id: Self.hexID(), name: "demo", password: settings.demoPassword,
        roles: [demo.id: ["member", "reader"]]),
    ]
  }

  var projects: [Project] { [admin, demo] }
  var adminUser: User { users[0] }

  func project(named name: String) -> Project? { projects.first { $0.name == name } }

  /// The token, unless it is unknown, revoked or over.
  func token(_ text: String?, at now: Date) -> Token? {
    guard let text, let token = tokens[text], now < token.expires else { return nil }
    return token
  }

  mutating func issue(_ token: Token) -> String {
    let text = "gAAAAA" + Self.secret(4)
    tokens[text] = token
    return text
  }

  mutating func revoke(_ text: String) -> Bool { tokens.removeValue(forKey: text) != nil }
  mutating func revokeAll() { tokens.removeAll() }

  /// Keystone's ids: 32 hex digits.
  static func hexID() -> String { UUID().uuidString.lowercased().replacing("-", with: "") }

  /// A made-up secret of `words` times 32 digits.
  static func secret(_ words: Int) -> String { (0..<words).map { _ in hexID() }.joined() }
}
