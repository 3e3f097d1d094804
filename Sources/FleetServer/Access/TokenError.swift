/// Why tokens could not be read or changed.
package struct TokenError: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case badName, nameTaken, tooMany
    case noToken
    /// Others than its owner may read the file.
    case notPrivate
    /// The file holds something else.
    case unreadable
    case file
  }

  package var kind: Kind
  package var text: String
  package var expected: String?
  package var found: String?

  package init(_ kind: Kind, _ text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }
}
