package import FleetCore

/// A bearer token as it is kept: everything but its secret.
package struct APIToken: Hashable, Sendable, Codable {
  /// Who acts with it, as the journal tells.
  package var name: String
  package var role: Role
  /// Of the secret, lower-case hex.
  package var sha256: String
  package var createdAt: Instant
  /// `nil`: it holds until it is revoked.
  package var expiresAt: Instant?

  package init(name: String, role: Role, sha256: String, createdAt: Instant, expiresAt: Instant?) {
    self.name = name
    self.role = role
    self.sha256 = sha256
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }

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
