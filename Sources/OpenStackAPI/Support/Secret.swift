/// A password, application credential secret or token. Prints, dumps and interpolates as `***`;
/// the only way to its text is `reveal`, so a search for that word finds every use.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  package init(_ text: String) { self.text = text }

  /// The secret itself. Only for what is sent to the service that it belongs to.
  package var reveal: String { text }

  package var isEmpty: Bool { text.isEmpty }
  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// `text` with every occurrence of one of `secrets` replaced by `***`.
  /// Services do not echo secrets; should one do so, it ends here and not in a log.
  static func redact(_ text: String, _ secrets: [Secret]) -> String {
    var result = text
    for secret in secrets where secret.text.count >= shortestRedacted {
      result = result.split(separator: secret.text, omittingEmptySubsequences: false).joined(separator: "***")
    }
    return result
  }

  /// Shorter ones would blank ordinary letters of a message without hiding anything.
  private static let shortestRedacted = 4
}
