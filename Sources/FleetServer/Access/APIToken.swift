package import FleetCore

/// A bearer token as it is kept: everything but its secret.
package struct APIToken: Hashable, Sendable, Codable {
  package var name: String
  /// Who acts with it. Several tokens of one person are one person.
  package var owner: String
  package var role: Role
  /// Of the secret, lower-case hex.
  package var sha256: String
  package var createdAt: Instant
  /// `nil`: it holds until it is revoked.
  package var expiresAt: Instant?

  /// `owner`: `nil`: its name is the person's.
  package init(
    name: String, owner: String? = nil, role: Role, sha256: String, createdAt: Instant, expiresAt: Instant?
  ) {
    self.name = name
    self.owner = owner ?? name
    self.role = role
    self.sha256 = sha256
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    // A file of before tokens had owners.
    owner = try values.decodeIfPresent(String.self, forKey: .owner) ?? name
    role = try values.decode(Role.self, forKey: .role)
    sha256 = try values.decode(String.self, forKey: .sha256)
    createdAt = try values.decode(Instant.self, forKey: .createdAt)
    expiresAt = try values.decodeIfPresent(Instant.self, forKey: .expiresAt)
  }

  /// Who acts, as the journal tells.
  package var actor: String { Person.acting(owner, with: name) }

  package func isValid(at now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }

  private static let maxNameLength = 64

  /// Letters, digits and `. _ @ -`, beginning with a letter or a digit: it stands in journals, logs and metrics.
  package static func isName(_ text: String) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= maxNameLength else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "._@-".utf8.contains($0) }
  }
}
