/// Who asks, once that is known.
package struct Caller: Hashable, Sendable {
  /// The person, and the token where it has another name: what the journal keeps.
  package var name: String
  package var role: Role
  /// What a form of a browser's session must bring along; `nil`: the token itself came with the request, which no
  /// foreign page can make a browser send.
  package var csrf: String?
  /// Of the token.
  var hash: String
  /// Of the session; `nil`: there is none.
  var session: String?
}
