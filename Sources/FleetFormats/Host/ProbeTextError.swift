/// Why a probe's answer gives no observation at all. A part that is missing or garbled is a note instead.
package enum ProbeTextError: Error, Hashable, Sendable {
  /// Nothing in the answer bears the mark of the script.
  case noAnswer(raw: String)
  /// The answer ends before its end mark; what follows the last complete part is lost.
  case truncated(after: String?)
  /// A place of firmware files could not be read, so that no file can be called the one that is loaded.
  case filesUnread(path: String)

  /// Stable name of the case.
  package var kind: String {
    switch self {
    case .noAnswer: "noAnswer"
    case .truncated: "truncated"
    case .filesUnread: "filesUnread"
    }
  }

  package var expected: String {
    switch self {
    case .noAnswer: "an answer that starts with sevfleet-probe/1"
    case .truncated: "an answer with an end mark"
    case .filesUnread: "firmware folders that the login can read"
    }
  }

  package var found: String {
    switch self {
    case .noAnswer(let raw): raw.isEmpty ? "nothing" : raw
    case .truncated(let last): last.map { "an end after \($0)" } ?? "an end before the first part"
    case .filesUnread(let path): "\(path), which it cannot"
    }
  }

  package var text: String {
    switch self {
    case .noAnswer: "the probe printed nothing that sevfleet understands"
    case .truncated: "the probe's answer is incomplete"
    case .filesUnread(let path): "the login cannot read \(path), so it is not known which firmware file is loaded"
    }
  }
}
