/// A word of a remote vocabulary that may grow: the known words are cases, any other one is kept as `.other`.
/// A new release of a service must never crash or fail to decode here.
package protocol OpenWord: Sendable, Hashable, Decodable, CustomStringConvertible {
  /// The known words as the service spells them.
  static var words: [String: Self] { get }
  /// A word that is not in `words`, verbatim.
  static func other(_ word: String) -> Self
  /// The text of `.other`, nil for the known ones.
  var otherWord: String? { get }
}

extension OpenWord {
  package init(word: String) { self = Self.words[word] ?? .other(word) }

  package init(from decoder: any Decoder) throws {
    self.init(word: try decoder.singleValueContainer().decode(String.self))
  }

  /// As the service spells it.
  package var word: String { otherWord ?? Self.words.first { $0.value == self }?.key ?? "" }

  package var description: String { word }
}
