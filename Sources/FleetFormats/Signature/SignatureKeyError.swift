/// Why a text is no key to sign or to check with. It never tells what stands in the text.
package struct SignatureKeyError: Error, Hashable, Sendable {
  /// Stable names.
  package enum Kind: String, Sendable, CaseIterable {
    /// No PEM, or PEM that is cut off or broken.
    case noPEM
    /// Which of them is meant, nobody can tell.
    case severalKeys
    /// PEM of something else: the other half of the pair, or a certificate.
    case otherKind
    /// Nobody is asked for a passphrase.
    case encryptedKey
    /// A key of another algorithm, or one that no OpenSSL writes.
    case notEd25519
  }

  package var kind: Kind
  /// One sentence without its subject, the file.
  package var text: String
  package var expected: String?
  package var found: String?

  init(_ kind: Kind, _ text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }
}
