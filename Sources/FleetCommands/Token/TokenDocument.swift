import FleetCore
import FleetFormats
import FleetServer

/// `sevfleet.token/1`: a token that was just made, with its secret.
struct TokenDocument: Encodable {
  var schema = "sevfleet.token/1"
  var name: String
  var owner: String
  var role: Role
  var createdAt: Instant
  var expiresAt: Instant?
  /// Shown this once.
  var token: String

  init(_ token: APIToken, secret: String) {
    name = token.name
    owner = token.owner
    role = token.role
    createdAt = token.createdAt
    expiresAt = token.expiresAt
    self.token = secret
  }
}

/// `sevfleet.tokens/1`: the tokens there are, without their secrets.
struct TokensDocument: Encodable {
  struct Row: Encodable {
    var name: String
    var owner: String
    var role: Role
    var createdAt: Instant
    var expiresAt: Instant?
    var valid: Bool
  }

  var schema = "sevfleet.tokens/1"
  var tokens: [Row]

  init(_ tokens: [APIToken], now: Instant) {
    self.tokens = tokens.map {
      Row(
        name: $0.name, owner: $0.owner, role: $0.role, createdAt: $0.createdAt, expiresAt: $0.expiresAt,
        valid: $0.isValid(at: now))
    }
  }
}

enum TokenText {
  static func sentence(_ token: APIToken) -> String {
    let end = token.expiresAt.map { " until \($0.rfc3339)" } ?? ""
    let owner = token.owner == token.name ? "" : " of \(token.owner)"
    return "\(token.name)\(owner), role \(token.role.rawValue)\(end)"
  }
}
