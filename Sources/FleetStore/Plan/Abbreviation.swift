import GRDB

/// Ids as people give them: whole, or enough of their beginning to mean one.
struct Abbreviation {
  var subject: StoreError.Subject
  var table: String
  /// Fewest characters that are looked up.
  var minimum: Int

  /// Ids that are named when a beginning fits several; more would not be read.
  static let maxMatches = 8

  /// The one id that is meant. Throws `notFound`, `ambiguous`, `tooShort`.
  func resolve(_ given: String, _ db: Database) throws -> String {
    let exact = try String.fetchOne(db, sql: "SELECT id FROM \(table) WHERE id = ?", arguments: [given])
    if let exact { return exact }
    guard given.utf8.count >= minimum else {
      throw StoreError.tooShort(subject, given: given, minimum: minimum)
    }
    // Compared as bytes, not as a pattern: nothing in what people type has a meaning of its own.
    let matches = try String.fetchAll(
      db, sql: "SELECT id FROM \(table) WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT ?2",
      arguments: [given, Self.maxMatches])
    guard let match = matches.first else { throw StoreError.notFound(subject, given: given) }
    guard matches.count == 1 else { throw StoreError.ambiguous(subject, given: given, matches: matches) }
    return match
  }
}
