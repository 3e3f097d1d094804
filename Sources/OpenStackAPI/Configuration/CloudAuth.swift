/// How to log in to Keystone v3.
package enum CloudAuth: Sendable, Hashable {
  case password(PasswordAuth)
  case applicationCredential(ApplicationCredentialAuth)

  var secret: Secret {
    switch self {
    case .password(let password): password.password
    case .applicationCredential(let credential): credential.secret
    }
  }
}

/// `v3password`: a user, and what the token shall be good for.
package struct PasswordAuth: Sendable, Hashable {
  package var user: DomainNamed
  package var password: Secret
  package var scope: AuthScope

  package init(user: DomainNamed, password: Secret, scope: AuthScope) {
    self.user = user
    self.password = password
    self.scope = scope
  }
}

/// `v3applicationcredential`: carries its project with it, so it has no scope.
package struct ApplicationCredentialAuth: Sendable, Hashable {
  package enum Credential: Sendable, Hashable {
    case id(String)
    /// Names of credentials are unique only within a user.
    case name(String, user: DomainNamed)
  }

  package var credential: Credential
  package var secret: Secret

  package init(credential: Credential, secret: Secret) {
    self.credential = credential
    self.secret = secret
  }
}

/// What a token is good for.
package enum AuthScope: Sendable, Hashable {
  case project(DomainNamed)
  /// The deployment as a whole (`system_scope: all`).
  case system
}

/// A user or project: by id, or by a name within a domain.
package enum DomainNamed: Sendable, Hashable {
  case id(String)
  case name(String, domain: Domain)
}

/// A Keystone domain.
package enum Domain: Sendable, Hashable {
  case id(String)
  case name(String)
}
