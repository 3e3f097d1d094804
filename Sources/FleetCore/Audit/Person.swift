/// Who stands behind a name of the journal: what is done with a token `laptop` of `ada` is done by `ada/laptop`.
///
/// Wherever several people must agree, people are counted and not the tokens that they have.
package enum Person {
  /// Names of tokens and of people do not have it.
  private static let separator: Character = "/"

  package static func of(_ actor: String) -> String { String(actor.prefix { $0 != separator }) }

  /// How the journal names a person who acts with a token; the token of their own name goes without saying.
  package static func acting(_ person: String, with token: String) -> String {
    person == token ? person : "\(person)\(separator)\(token)"
  }
}
