/// Why a receiver was not told.
package struct NotifyFailure: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case unreachable, timedOut
    /// No trusted TLS session.
    case tlsRefused
    /// The receiver answered, and did not take it.
    case refused
    /// The answer is none.
    case badAnswer
    /// The file of the secret or of the authority cannot be used.
    case badFile
  }

  package var kind: Kind
  /// One sentence; never a path of a URL, a secret or a password.
  package var text: String
  /// The receiver is well and refuses exactly this message.
  package var isOfMessage: Bool

  package init(_ kind: Kind, _ text: String, isOfMessage: Bool = false) {
    self.kind = kind
    self.text = text
    self.isOfMessage = isOfMessage
  }
}
