import FleetCore

/// What RULES D and E allow for one server, written a second time from the rules' own words and in another shape: first
/// everything that policy and owner permit, then every veto. What is left is the move; nothing left is `blocked`.
struct DrainOracle {
  struct Case: Hashable {
    var status: ServerStatus
    var model: EncryptionModel
    var sev: Policy.Drain.SEV
    var shutoff: Policy.Drain.Shutoff
    var word: OwnerWord?
    var hasProcess: Bool
    var losesSEVES: Bool
    var keepsElsewhere: Bool
    var alreadyMoved: Bool
  }

  private typealias Move = ServerMove.Move

  static func move(_ one: Case) -> ServerMove.Move {
    permitted(one).first { !vetoed($0, one) } ?? .blocked
  }

  /// E2: what the state calls for, before anybody objects.
  private static func permitted(_ one: Case) -> [ServerMove.Move] {
    switch one.status {
    // E2: ACTIVE moves; BUILD and every task are waited for and then are ACTIVE.
    case .active, .build, .migrating, .resize, .reboot: return moving(one)
    // E2: PAUSED moves live; what cannot go live cannot go at all.
    case .paused: return one.model == .none ? [.live] : []
    case .shutoff:
      if one.shutoff == .leave { return [.leave] }
      if one.model == .unknown { return [] }  // D1
      return one.word == .live ? [.leave] : [.cold]
    case .suspended, .shelved, .shelvedOffloaded, .softDeleted, .error: return [.leave]
    case .rescue, .verifyResize, .other: return []
    }
  }

  /// D1, D2, D8 for a server that runs.
  private static func moving(_ one: Case) -> [ServerMove.Move] {
    switch one.model {
    case .none: return [.live]
    case .unknown: return []
    case .sev, .sevES, .sevSNP: break
    }
    // From harmless to harmful; policy names the worst it allows, the owner too, and the milder of the two counts.
    let order: [ServerMove.Move] = [.blocked, .cold, .stop]
    let policy: ServerMove.Move = one.sev == .wait ? .blocked : one.sev == .cold ? .cold : .stop
    let owner: ServerMove.Move =
      switch one.word {
      case .live?, .notify?, .forbid?: .blocked
      case .cold?: .cold
      case .stop?, nil: .stop
      }
    let limit = min(order.firstIndex(of: policy) ?? 0, order.firstIndex(of: owner) ?? 0)
    return limit == 0 ? [] : [order[limit]]
  }

  private static func vetoed(_ move: ServerMove.Move, _ one: Case) -> Bool {
    if one.word == .forbid || one.word == .notify { return true }  // D8
    switch move {
    case .leave:
      if one.hasProcess { return true }  // E2: left only if no process runs
      return one.losesSEVES && (one.model == .sevES || one.model == .unknown)  // E3
    case .cold:
      if one.status == .shutoff, one.hasProcess { return true }  // E2: Nova and the host disagree
      if one.model == .sevES, !one.keepsElsewhere { return true }  // D3
      return one.alreadyMoved  // D4
    case .stop: return one.alreadyMoved || (one.losesSEVES && one.model == .sevES)  // D4, E3
    case .live, .blocked: return false
    }
  }

  static let statuses: [ServerStatus] = [
    .active, .paused, .shutoff, .suspended, .shelved, .shelvedOffloaded, .softDeleted, .error, .rescue, .verifyResize,
    .build, .migrating, .resize, .reboot, .other("PASSWORD"),
  ]

  /// Every combination there is.
  static func forEachCase(_ body: (Case) -> Void) {
    for status in statuses {
      for model in EncryptionModel.allCases {
        for sev in Policy.Drain.SEV.allCases {
          for shutoff in Policy.Drain.Shutoff.allCases {
            for word in [nil] + OwnerWord.allCases.map(Optional.some) {
              for bits in 0..<16 {
                body(
                  Case(
                    status: status, model: model, sev: sev, shutoff: shutoff, word: word, hasProcess: bits & 1 != 0,
                    losesSEVES: bits & 2 != 0, keepsElsewhere: bits & 4 != 0, alreadyMoved: bits & 8 != 0))
              }
            }
          }
        }
      }
    }
  }
}
