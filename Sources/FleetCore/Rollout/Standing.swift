/// Where a host stands among the others of its plan: what decides its turn and its wave.
package struct Standing: Hashable, Sendable, Codable {
  /// Generation, stepping, kernel and BIOS in one line. Hosts that share it are expected to fail alike, so one of them
  /// goes first, and when several fail the others wait.
  package var combination: String
  /// The firmware folder of the host's CPU; `nil` in plans that were made before it was kept.
  package var model: FamilyModel?
  /// The failure domain; `nil`: none is declared, and the host is in nobody's way.
  package var domain: String?
  /// What goes wrong with the host if anything does; a lower score goes earlier.
  package var score: Int
  /// Why the score is what it is.
  package var text: String

  package init(
    combination: String, model: FamilyModel? = nil, domain: String? = nil, score: Int = 0, text: String = ""
  ) {
    self.combination = combination
    self.model = model
    self.domain = domain
    self.score = score
    self.text = text
  }
}
