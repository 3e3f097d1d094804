package import FleetCore

/// Why the store could not do what it was asked. The one error type of this target.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a person or the engine names by an id.
  package enum Subject: String, Hashable, Sendable, Codable, CaseIterable { case plan, rollout, backup }

  /// The stable names of everything that can go wrong.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case missing, readOnly, locked, fenced, busy, file
    case schemaNewer, schemaOlder, migrationFailed
    case corrupt, corruptRecord, notEncodable
    case notFound, ambiguous, tooShort, immutable, hostTaken
    case blobMissing, blobDamaged, blobTooLarge
    case database
  }

  /// There is no database to read at this path.
  case missing(path: String)
  /// The store was opened for reading only.
  case readOnly
  /// Another controller holds the lock; the text says who (RULES K).
  case locked(holder: String)
  /// Another controller took over: this process may not act any more; the text says who did.
  case fenced(holder: String)
  /// Another process is in the middle of a write for longer than any of ours takes: it hangs there.
  case busy(seconds: Double)
  /// The system refused something with a file or folder.
  case file(operation: String, path: String, cause: String)
  /// The database holds migrations that this program does not know: it was written by a newer one.
  case schemaNewer(unknown: [String])
  /// The database lacks migrations, and a reader must not make them.
  case schemaOlder(lacking: [String])
  case migrationFailed(name: String, cause: String)
  /// A journal entry cannot be believed: nothing is touched until a person has looked (D3).
  case corrupt(seq: Int64, text: String)
  /// A record outside the journal cannot be read.
  case corruptRecord(table: String, id: String, text: String)
  case notEncodable(String)
  case notFound(Subject, given: String)
  case ambiguous(Subject, given: String, matches: [String])
  /// Fewer characters of an id than a person must give.
  case tooShort(Subject, given: String, minimum: Int)
  /// Something else is stored under this id already.
  case immutable(Subject, id: String)
  /// Another rollout has begun this host and not ended it.
  case hostTaken(HostID, by: String)
  case blobMissing(sha256: String)
  case blobDamaged(sha256: String, found: String)
  /// Sizes in bytes.
  case blobTooLarge(size: Int, limit: Int)
  /// SQLite refused; `code` is its extended result code.
  case database(code: Int32, cause: String)

  package var kind: Kind {
    switch self {
    case .missing: .missing
    case .readOnly: .readOnly
    case .locked: .locked
    case .fenced: .fenced
    case .busy: .busy
    case .file: .file
    case .schemaNewer: .schemaNewer
    case .schemaOlder: .schemaOlder
    case .migrationFailed: .migrationFailed
    case .corrupt: .corrupt
    case .corruptRecord: .corruptRecord
    case .notEncodable: .notEncodable
    case .notFound: .notFound
    case .ambiguous: .ambiguous
    case .tooShort: .tooShort
    case .immutable: .immutable
    case .hostTaken: .hostTaken
    case .blobMissing: .blobMissing
    case .blobDamaged: .blobDamaged
    case .blobTooLarge: .blobTooLarge
    case .database: .database
    }
  }

  /// One sentence for people, without a full stop at its end.
  package var text: String {
    switch self {
    case .missing(let path): "there is no sevfleet database at \(path)"
    case .readOnly: "the database was opened for reading only"
    case .locked(let holder): "another controller holds the lock: \(holder)"
    case .fenced(let holder): "another controller took over, so that this one acts no more: \(holder)"
    case .busy(let seconds):
      "another process has been in the middle of a write for \(Int(seconds)) s, and nobody can write before it has ended"
    case .file(let operation, let path, _): "could not \(operation) \(path)"
    case .schemaNewer: "the database was written by a newer sevfleet"
    case .schemaOlder: "the database was written by an older sevfleet; a controller must open it once"
    case .migrationFailed(let name, _): "the migration \(name) of the database failed, and nothing of it was kept"
    case .corrupt(let seq, let text): "journal entry \(seq) cannot be believed: \(text)"
    case .corruptRecord(let table, let id, let text): "the record \(id) of \(table) cannot be read: \(text)"
    case .notEncodable(let text): "a value cannot be stored: \(text)"
    case .notFound(let subject, let given): "no \(subject.rawValue) is stored as \(given)"
    case .ambiguous(let subject, let given, _): "\(given) fits more than one \(subject.rawValue)"
    case .tooShort(let subject, let given, _): "\(given) is too short to mean a \(subject.rawValue)"
    case .immutable(let subject, let id): "another \(subject.rawValue) is stored as \(id) already"
    case .hostTaken(let host, let rollout): "rollout \(rollout) has work on \(host)"
    case .blobMissing(let sha256): "the stored content \(sha256) is missing"
    case .blobDamaged(let sha256, _): "the stored content \(sha256) is damaged"
    case .blobTooLarge: "a content is too large to be stored"
    case .database(let code, _): "the database refused (SQLite \(code))"
    }
  }

  package var expected: String? {
    switch self {
    case .tooShort(_, _, let minimum): "at least \(minimum) characters"
    case .blobDamaged(let sha256, _): sha256
    case .blobTooLarge(_, let limit): "at most \(limit) bytes"
    case .schemaOlder(let lacking): lacking.joined(separator: ", ")
    case .missing, .readOnly, .locked, .fenced, .busy, .file, .schemaNewer, .migrationFailed, .corrupt, .corruptRecord,
      .notEncodable,
      .notFound, .ambiguous, .immutable, .hostTaken, .blobMissing, .database:
      nil
    }
  }

  package var found: String? {
    switch self {
    case .blobDamaged(_, let found): found
    case .blobTooLarge(let size, _): "\(size) bytes"
    case .ambiguous(_, _, let matches): matches.joined(separator: ", ")
    case .schemaNewer(let unknown): unknown.joined(separator: ", ")
    case .missing, .readOnly, .locked, .fenced, .busy, .file, .schemaOlder, .migrationFailed, .corrupt, .corruptRecord,
      .notEncodable, .notFound, .tooShort, .immutable, .hostTaken, .blobMissing, .database:
      nil
    }
  }

  /// What the system or SQLite said, word for word.
  package var cause: String? {
    switch self {
    case .file(_, _, let cause), .migrationFailed(_, let cause), .database(_, let cause): cause
    case .missing, .readOnly, .locked, .fenced, .busy, .schemaNewer, .schemaOlder, .corrupt, .corruptRecord,
      .notEncodable,
      .notFound, .ambiguous, .tooShort, .immutable, .hostTaken, .blobMissing, .blobDamaged, .blobTooLarge:
      nil
    }
  }

  package var description: String {
    var line = text
    if let expected { line += "; expected \(expected)" }
    if let found { line += "; found \(found)" }
    if let cause { line += " (\(cause))" }
    return line
  }
}
