/// Why an SSH operation did not happen. The one error type of this target.
///
/// `kind` is stable and meant for programs; `text` is one sentence for people; `cause` is what the system, libssh2 or the
/// server said, word for word where there is a word. None of them ever holds a secret.
package struct SSHError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The stable names of everything that can go wrong.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No TCP connection, or no SSH banner on it: refused, no route, name not found, time out, closed at once.
    case unreachable
    /// No usable key of this host is on file.
    case hostKeyUnknown
    /// The host showed a key other than the ones on file.
    case hostKeyMismatch
    /// The host showed a key that is marked `@revoked`.
    case hostKeyRevoked
    /// Server and libssh2 have no algorithm of some class in common.
    case noAlgorithm
    /// The server accepted none of our keys.
    case authenticationRefused
    /// The private key cannot be read, is of a type that cannot be used, or its passphrase is missing or wrong.
    case keyUnreadable
    /// No ssh-agent answers in time, or it refuses.
    case agentUnavailable
    /// The server took the key and then closed the door: just booted (`/run/nologin`), expired, or denied account.
    case notReady
    /// The connection ended, or something ended without the proof of its end.
    case connectionLost
    /// The operation did not end before its deadline.
    case timedOut
    /// The Swift task that asked was cancelled.
    case cancelled
    /// More output than the caller allowed.
    case outputTooLarge
    /// A file could not be written or its writing not be confirmed.
    case uploadFailed
    /// A file could not be read.
    case downloadFailed
    /// The server refused a channel: its session limit, forwarding forbidden, no such subsystem.
    case channelRefused
    /// The login shell ended before it started our command.
    case shellRefused
    /// The caller asked for what cannot be sent (a NUL in a command, a script over the limit, a bad port).
    case invalidRequest
    /// The other end, or libssh2, broke the protocol.
    case protocolError
    /// The operating system refused a resource (descriptors, threads, processes).
    case systemLimit
  }

  package var kind: Kind
  /// The host concerned, as it was asked for.
  package var host: String
  /// One sentence, without a full stop at its end.
  package var text: String
  package var expected: String?
  package var found: String?
  /// What the layer below said, with the number of libssh2 or errno.
  package var cause: String?

  package init(
    _ kind: Kind, host: String, _ text: String, expected: String? = nil, found: String? = nil, cause: String? = nil
  ) {
    self.kind = kind
    self.host = host
    self.text = text
    self.expected = expected
    self.found = found
    self.cause = cause
  }

  package var description: String {
    var line = "\(host): \(text)"
    if let expected { line += "; expected \(expected)" }
    if let found { line += "; found \(found)" }
    if let cause { line += " (\(cause))" }
    return line
  }
}
