/// From requirements and steps of one bulletin to one state.
struct BulletinOutcome {
  typealias Decided = BulletinVerdict.Counted

  var checks: [RequirementCheck]
  var steps: [StepCheck]
  var bulletin: Bulletin
  var product: String

  /// The floor that warns counts, the better known one is named; then what nobody knows; then what is left to do.
  var shown: Decided {
    let floors = checks.filter(\.isFloor)
    if let worst = best(floors.filter { $0.state == .notMet }) {
      let found = worst.found.map { ", found \($0)" } ?? ""
      return Decided(
        state: .behind, text: "closed from \(worst.requirement.text) on\(found)", fact: worst.fact)
    }
    guard !checks.isEmpty else {
      return Decided(state: .unknown, text: "no fact tells what closes it on \(product)", fact: bulletin.fact)
    }
    let unknown = floors.filter { $0.state == .unknown }
    // A floor that was measured stands without the BIOS name that delivers it; it is never "mitigated" then.
    let isMeasured = floors.contains { $0.state == .met && $0.isMeasured } && unknown.allSatisfy { !$0.isMeasured }
    if let open = best(unknown), !isMeasured {
      return Decided(
        state: .unknown, text: "closed from \(open.requirement.text) on, and \(open.why ?? "that is unknown")",
        fact: open.fact)
    }
    return extras(floors, unknown)
  }

  /// As `shown`, but what is known to be left to do counts although something beside it is unknown.
  func counted(areStepsMeant: Bool) -> Decided {
    let decided = shown
    guard decided.state == .unknown, areStepsMeant else { return decided }
    return stillOpen(isFloorMet: false) ?? decided
  }

  private func extras(_ floors: [RequirementCheck], _ unknown: [RequirementCheck]) -> Decided {
    let bits = checks.filter { !$0.isFloor }
    let unread = (unknown + bits.filter { $0.state == .unknown }).map {
      "\($0.requirement.text): \($0.why ?? "unknown")"
    }
    if floors.isEmpty, let first = bits.first(where: { $0.state == .unknown }) {
      return Decided(state: .unknown, text: unread.joined(separator: "; "), fact: first.fact)
    }
    if let open = stillOpen(isFloorMet: !floors.isEmpty) { return open }
    // Nothing is better known than the weakest fact it rests on.
    let weakest = checks.max { $0.fact.grade < $1.fact.grade }?.fact ?? bulletin.fact
    if !unread.isEmpty {
      let met = floors.isEmpty ? "" : "floor met, "
      return Decided(
        state: .floorMet, text: "\(met)not known: \(unread.joined(separator: "; "))", fact: weakest)
    }
    return Decided(state: .mitigated, text: "every floor is met, nothing is left to do", fact: weakest)
  }

  /// What somebody has still to do besides the floors; `nil`: nothing is known of.
  private func stillOpen(isFloorMet: Bool) -> Decided? {
    let open = checks.filter { !$0.isFloor && $0.state == .notMet }
    let steps = steps.filter { !$0.isDone }
    let facts = steps.map(\.fact) + open.map(\.fact)
    guard let fact = facts.min(by: { $0.grade < $1.grade }) else { return nil }
    let left = steps.map(\.text) + open.map { "\($0.requirement.text) (\($0.found ?? "not verified"))" }
    return Decided(
      state: .stepsOpen, text: "\(isFloorMet ? "floor met, " : "")still to be done: \(left.joined(separator: ", "))",
      fact: fact)
  }

  private func best(_ checks: [RequirementCheck]) -> RequirementCheck? { checks.min { $0.fact.grade < $1.fact.grade } }
}
