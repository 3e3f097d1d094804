/// What a person does with a host on which SEV or SEV-SNP did not start, in order (FEATURES 71).
///
/// None of it is ever done by itself: the last resort takes keys away that only their owners can put back, and whether a
/// cause is meant is a matter of trying. Advice, no verdict: what firmware means by a number is not always what is wrong.
package struct InitRecovery: Hashable, Sendable {
  package struct Step: Hashable, Sendable {
    package var text: String
    /// The words of the command of sevfleet that does it; `nil`: it is done elsewhere.
    package var words: [String]?
  }

  /// What the firmware's number points at, by `Facts.initCauses`.
  package enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
    /// The image was refused, or its update did not end.
    case image
    /// The processor or its board: only power, or a BIOS, changes it.
    case platform
    /// The firmware's own keys and certificates cannot be read, or have to be made anew.
    case persistentState = "persistent-state"
    case unknown
  }

  /// What the newest load said, `SECURE_DATA_INVALID (24)`.
  package var errors: [String]
  /// The weakest grade of what says at what the errors point; `nil`: no fact speaks of any of them.
  package var grade: FactGrade?
  package var steps: [Step]

  /// `nil`: nothing failed to start in the newest load that the look tells of.
  package init?(_ observation: Observation, facts: Facts) {
    let found = observation.firmware.kernelLog?.currentInitErrors ?? []
    guard !found.isEmpty else { return nil }
    errors = found.map { facts.firmwareError($0.code, unnamed: "error ") }
    let causes = found.map { error in facts.initCauses.first { $0.error == error.code } }
    grade = causes.compactMap { $0?.fact.grade }.max()
    steps = Self.steps(Set(causes.map { $0?.cause ?? .unknown }), host: observation.host.rawValue)
  }

  private static func steps(_ causes: Set<Cause>, host: String) -> [Step] {
    var steps: [Step] = []
    if causes != [.platform] {
      steps.append(
        Step(
          text: "put back what ran before, since a new image is the likeliest cause; this plans and asks",
          words: ["downgrade", host, "--to", "backup"]))
    }
    if !causes.isDisjoint(with: [.platform, .unknown, .persistentState]) {
      steps.append(
        Step(
          text:
            "if it still does not start: cut its power fully, for at least a minute; a warm reboot keeps much of the "
            + "processor's state; then see whether its BIOS is the vendor's newest"))
    }
    if causes != [.image] { steps += reset }
    steps.append(Step(text: "look again: nothing may be listed as lost", words: ["probe", host]))
    steps.append(
      Step(text: "give it back, if it is quarantined", words: ["host", "release", host, "--reason", "TEXT"]))
    return steps
  }

  /// The firmware's state made anew, with what it costs.
  private static let reset = [
    Step(
      text:
        "only if the same error comes again, reset the firmware's persistent state: with no VM on the host, as root, "
        + "`sevctl reset`; where ccp keeps that state in a file (init_ex_path), keep a copy of the file first"),
    Step(
      text: "know what that costs: the platform's keys (PEK, PDH) and an owner's certificate (OCA) are lost for good; "
        + "owners of SEV and SEV-ES servers must fetch the new chain (`sevctl export`) before they launch or receive one "
        + "here, and anything wrapped for the old keys cannot be used; SEV-SNP's VCEK stays"),
  ]
}
