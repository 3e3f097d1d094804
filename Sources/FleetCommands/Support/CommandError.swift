import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore
import OpenStackAPI
import SSHTransport

/// Exit codes everywhere (INTERFACE).
enum ExitStatus {
  static let done: Int32 = 0
  static let failed: Int32 = 1
  static let changesPending: Int32 = 2
  static let hostsLeft: Int32 = 3
  static let unreachable: Int32 = 4
  static let halted: Int32 = 5
  static let notCompliant: Int32 = 6
  static let usage: Int32 = 64
  static let badInput: Int32 = 65
  static let locked: Int32 = 75
  static let interrupted: Int32 = 130
}

/// Why a command ends without its document.
package struct CommandError: Error {
  var status: Int32
  package var kind: String
  package var text: String
  var expected: String?
  var found: String?

  init(_ status: Int32, _ kind: String, _ text: String, expected: String? = nil, found: String? = nil) {
    self.status = status
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }

  /// Bad files: every mistake at once, each on its line.
  init(_ diagnostics: Diagnostics) {
    self.init(
      ExitStatus.badInput, "invalidInput", diagnostics.list.map(\.description).joined(separator: "\n"))
  }

  /// Any error of the layers below, with the code that fits it.
  init(_ error: any Error) {
    switch error {
    case let error as CommandError: self = error
    case let error as StoreError:
      self.init(
        Self.status(error), error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as Failure:
      self.init(ExitStatus.failed, error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as HostError:
      self.init(ExitStatus.failed, error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as ComputeError: self.init(ExitStatus.failed, error.kind.rawValue, error.text)
    case let error as OpenStackError:
      self.init(
        ExitStatus.failed, error.kind.rawValue, error.description, expected: error.expected, found: error.found)
    case let error as SSHError:
      self.init(ExitStatus.failed, error.kind.rawValue, error.description, expected: error.expected, found: error.found)
    case let error as JournalCorruption:
      self.init(
        ExitStatus.failed, "journalCorrupt", "journal entry \(error.seq): \(error.text); nothing was touched")
    case let error as ApprovalRefusal:
      self.init(ExitStatus.usage, error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as Approval.RestartsNotAccepted:
      self.init(ExitStatus.usage, "restartsNotAccepted", error.text, expected: error.expected, found: error.found)
    case let error as ControlError: self.init(ExitStatus.failed, error.kind.rawValue, error.text)
    case let error as TokenError:
      self.init(
        Self.status(error), error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as ServerError:
      self.init(
        Self.status(error), error.kind.rawValue, error.text, expected: error.expected, found: error.found)
    case let error as Diagnostics: self.init(error)
    default: self.init(ExitStatus.failed, "failed", "\(error)")
    }
  }

  private static func status(_ error: TokenError) -> Int32 {
    switch error.kind {
    case .badName, .nameTaken, .tooMany, .noToken: ExitStatus.usage
    case .notPrivate, .unreadable: ExitStatus.badInput
    case .file: ExitStatus.failed
    }
  }

  private static func status(_ error: ServerError) -> Int32 {
    switch error.kind {
    case .badAddress, .insecure: ExitStatus.usage
    case .badCertificate: ExitStatus.badInput
    case .notListening: ExitStatus.failed
    }
  }

  private static func status(_ error: StoreError) -> Int32 {
    switch error.kind {
    case .locked, .fenced, .busy: ExitStatus.locked
    case .notFound, .ambiguous, .tooShort: ExitStatus.usage
    case .missing, .readOnly, .file, .schemaNewer, .schemaOlder, .migrationFailed, .corrupt, .corruptRecord,
      .notEncodable, .immutable, .hostTaken, .blobMissing, .blobDamaged, .blobTooLarge, .database:
      ExitStatus.failed
    }
  }
}
