import FleetCore
package import FleetEngine
import FleetFormats
import FleetStore

/// Why a request is not answered as it asked: a status of HTTP, and the same four texts as every error has.
package struct APIProblem: Error, Hashable, Sendable {
  package var status: Int
  package var kind: String
  package var text: String
  package var expected: String?
  package var found: String?
  /// Seconds after which it may be asked again; `nil`: asking again changes nothing.
  package var retryAfter: Int?
  /// Methods that the path has, for 405.
  package var allow: [String] = []

  package init(
    _ status: Int, _ kind: String, _ text: String, expected: String? = nil, found: String? = nil,
    retryAfter: Int? = nil
  ) {
    self.status = status
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
    self.retryAfter = retryAfter
  }

  var document: ErrorDocument { ErrorDocument(kind: kind, text: text, expected: expected, found: found) }

  /// Any error of the layers below. There is no 500: what fails here fails for now, and the text says what.
  package init(_ error: any Error) {
    switch error {
    case let error as APIProblem: self = error
    case let error as StoreError:
      self.init(
        Self.status(error.kind), error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as ServeRefusal:
      self.init(
        Self.status(kind: error.kind, otherwise: 503), error.kind, error.text, expected: error.expected,
        found: error.found)
    case let error as TokenError:
      self.init(503, error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as JournalCorruption:
      self.init(503, "journalCorrupt", "journal entry \(error.seq): \(error.text)")
    default: self.init(503, "failed", "\(error)")
    }
  }

  /// What the controller refused, as it said it.
  package init(_ answer: ControlAnswer) {
    let kind = answer.kind ?? "refused"
    self.init(
      Self.status(kind: kind, otherwise: 409), kind, answer.text, expected: answer.expected, found: answer.found)
  }

  private static func status(_ kind: StoreError.Kind) -> Int {
    switch kind {
    case .notFound: 404
    case .ambiguous, .tooShort: 400
    case .immutable, .hostTaken: 409
    case .locked, .fenced, .busy, .missing, .readOnly, .file, .schemaNewer, .schemaOlder, .migrationFailed, .corrupt,
      .corruptRecord, .notEncodable, .blobMissing, .blobDamaged, .blobTooLarge, .database:
      503
    }
  }

  /// Refusals by the kind that travels as text. What is missing here is the state of things: 409, or 503 where nobody
  /// decided anything.
  private static func status(kind: String, otherwise: Int) -> Int {
    if let kind = StoreError.Kind(rawValue: kind) { return status(kind) }
    return statuses[kind] ?? otherwise
  }

  private static let statuses: [String: Int] = [
    "usage": 400, "badTime": 400, "unknownTarget": 400, "noHost": 404, "noRollout": 404, "samePerson": 403,
    "finished": 409, "halted": 409, "lapsed": 409,
    "stopping": 409, "scheduled": 409, "notScheduled": 409, "approvedAlready": 409, "restartsNotAccepted": 409,
    "otherMaintenance": 409, "notQuarantined": 409, "notLeased": 409, "leaseIsOurs": 409, "busy": 409,
    "planRefused": 409,
    "journalCorrupt": 503, "failed": 503,
  ]
}
