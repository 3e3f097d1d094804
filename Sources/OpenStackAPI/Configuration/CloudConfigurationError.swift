/// Why there is no usable cloud configuration. Holds names of settings, never their values.
package struct CloudConfigurationError: Error, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Neither a clouds.yaml nor OS_* variables.
    case notConfigured
    /// No cloud of that name.
    case cloudNotFound
    /// Several clouds, and nobody said which.
    case ambiguous
    /// Settings are missing; `missing` lists all of them.
    case incomplete
    /// A file is there but cannot be read as what it should be.
    case unreadable
    /// A setting has a value that cannot be used.
    case invalid
    /// A way to log in that this client does not know.
    case unsupportedAuth
  }

  package let kind: Kind
  package let cloud: String?
  /// The file, or `environment`.
  package let source: String?
  package let text: String
  /// Every setting that is missing, such as `password` or `project_name or project_id`.
  package let missing: [String]
  package let expected: String?
  package let found: String?
  package let cause: (any Error)?

  init(
    _ kind: Kind, cloud: String? = nil, source: String? = nil, text: String, missing: [String] = [],
    expected: String? = nil, found: String? = nil, cause: (any Error)? = nil
  ) {
    self.kind = kind
    self.cloud = cloud
    self.source = source
    self.text = text
    self.missing = missing
    self.expected = expected
    self.found = found
    self.cause = cause
  }

  package var description: String {
    var line = source.map { "\($0): " } ?? ""
    if let cloud { line += "cloud \(cloud): " }
    line += text
    if !missing.isEmpty { line += ": " + missing.joined(separator: ", ") }
    if let expected { line += "; expected \(expected)" }
    if let found { line += "; found \(found)" }
    return line
  }
}
