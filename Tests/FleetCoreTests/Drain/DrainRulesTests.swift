import FleetCore
import Testing

@Suite("RULES D, E: what may happen to one server") struct DrainRulesTests {
  private static func decide(_ one: DrainOracle.Case) -> ServerMove {
    var policy = Policy.Drain()
    policy.sev = one.sev
    policy.shutoff = one.shutoff
    let rules = DrainRules(
      policy: policy, losesSEVES: one.losesSEVES, sevESDestinations: one.keepsElsewhere ? ["es-1"] : [],
      coldDestinations: ["cold-1"], processes: one.hasProcess ? ["s"] : [], alreadyMoved: one.alreadyMoved ? ["s"] : [])
    return rules.move(for: Bench.server("s", one.model, status: one.status, word: one.word))
  }

  @Test("the whole table agrees with the oracle") func table() {
    var cases = 0
    var counts: [ServerMove.Move: Int] = [:]
    DrainOracle.forEachCase { one in
      let move = Self.decide(one)
      cases += 1
      counts[move.move, default: 0] += 1
      let expected = DrainOracle.move(one)
      if move.move != expected { Issue.record("\(one): \(move.move) (\(move.why)), the rules say \(expected)") }
    }
    print("DrainRulesTests: \(cases) cases, \(counts.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))")
    #expect(cases == 15 * 5 * 3 * 2 * 6 * 16)
    #expect(Set(counts.keys) == Set(ServerMove.Move.allCases))
  }

  @Test("D1, D2: never live for what is encrypted or unknown") func neverLive() {
    DrainOracle.forEachCase { one in
      if one.model != .none, Self.decide(one).move == .live { Issue.record("\(one)") }
    }
  }

  @Test("D2: nothing that runs is switched off unless policy says so, and never where it waits") func onlyByPolicy() {
    DrainOracle.forEachCase { one in
      let move = Self.decide(one)
      guard move.move == .cold || move.move == .stop else { return }
      if one.status == .shutoff {
        if one.shutoff != .move { Issue.record("\(one)") }
      } else if one.sev == .wait || one.model == .none {
        Issue.record("\(one)")
      }
      if move.move == .stop, one.sev != .stop { Issue.record("\(one)") }
    }
  }

  @Test("D1: what is unknown never moves") func unknownStays() {
    DrainOracle.forEachCase { one in
      guard one.model == .unknown else { return }
      switch Self.decide(one).move {
      case .live, .cold, .stop: Issue.record("\(one)")
      case .leave, .blocked: break
      }
    }
  }

  @Test("E3: what may be SEV-ES is never left where SEV-ES is lost") func neverLeft() {
    DrainOracle.forEachCase { one in
      guard one.losesSEVES, one.model == .sevES || one.model == .unknown else { return }
      let move = Self.decide(one).move
      if move == .leave || move == .stop { Issue.record("\(one)") }
    }
  }

  @Test("D3: a SEV-ES server goes cold only to a named host that keeps SEV-ES") func namedHost() {
    DrainOracle.forEachCase { one in
      let move = Self.decide(one)
      guard one.model == .sevES, move.move == .cold else { return }
      if move.destinations != ["es-1"] { Issue.record("\(one): \(move.destinations)") }
    }
  }

  @Test("D4: nothing is cold-moved or stopped twice") func onlyOnce() {
    DrainOracle.forEachCase { one in
      let move = Self.decide(one).move
      if one.alreadyMoved, move == .cold || move == .stop { Issue.record("\(one)") }
    }
  }

  @Test("D2: what the run stopped itself is left, whatever else would be done with it", arguments: [true, false])
  func stoppedByUs(shutoffMoves: Bool) {
    var policy = Policy.Drain()
    policy.sev = .stop
    policy.shutoff = shutoffMoves ? .move : .leave
    func move(_ model: EncryptionModel, _ status: ServerStatus, process: Bool = false, loses: Bool = false)
      -> ServerMove
    {
      DrainRules(
        policy: policy, losesSEVES: loses, coldDestinations: ["cold-1"], processes: process ? ["s"] : [],
        alreadyMoved: ["s"], stopped: ["s"]
      ).move(for: Bench.server("s", model, status: status))
    }
    #expect(move(.sev, .shutoff).move == .leave)
    #expect(move(.unknown, .shutoff).move == .leave)
    #expect(move(.sev, .shutoff, process: true).move == .blocked, "its process still runs")
    #expect(move(.sevES, .shutoff, loses: true).move == .blocked, "E3 holds for it too")
    #expect(move(.sev, .active).rule == "D4", "its owner started it, and it was switched off once")
  }

  @Test("D8: an owner's word never makes a move worse") func saferSide() {
    let harm: [ServerMove.Move: Int] = [.blocked: 0, .leave: 0, .live: 1, .cold: 2, .stop: 3]
    DrainOracle.forEachCase { one in
      guard one.word != nil else { return }
      var silent = one
      silent.word = nil
      let alone = Self.decide(silent)
      let said = harm[Self.decide(one).move] ?? 9
      // Policy would have stopped it, which E3 forbids; an owner who allows a cold move gives a way out, not a harm.
      if said > harm[alone.move] ?? 0, alone.rule != "E3" || one.word != .cold { Issue.record("\(one)") }
      if one.word == .forbid || one.word == .notify, Self.decide(one).move != .blocked { Issue.record("\(one)") }
    }
  }

  @Test("D8: a word that blocks says what is to be done") func blockingWords() {
    func why(_ word: OwnerWord) -> String {
      let move = DrainRules(policy: Policy.Drain()).move(for: Bench.server("s", word: word))
      return move.move == .blocked && move.rule == "D8" ? move.why : ""
    }
    #expect(why(.notify).contains("tell them") && why(.notify).contains("to live, cold or stop"))
    #expect(why(.forbid).contains("forbids every move"))
  }

  @Test("E2: nothing whose process runs is left behind as if it were off") func processes() {
    DrainOracle.forEachCase { one in
      if one.hasProcess, Self.decide(one).move == .leave { Issue.record("\(one)") }
    }
  }

  @Test("every verdict has a rule and a reason, and only cold moves name hosts") func reasons() {
    DrainOracle.forEachCase { one in
      let move = Self.decide(one)
      if move.why.isEmpty || move.rule.isEmpty { Issue.record("\(one)") }
      if move.move != .cold, !move.destinations.isEmpty { Issue.record("\(one)") }
    }
  }

  @Test("a task is waited for, and the plan says so (E2)") func task() {
    let rules = DrainRules(policy: Policy.Drain())
    #expect(rules.move(for: Bench.server("s", task: "rebooting")).why.contains("rebooting"))
  }

  @Test("D1: Nova's word is weighed against the process", arguments: EncryptionModel.allCases)
  func witnessed(told: EncryptionModel) {
    for seen in EncryptionModel.allCases {
      let expected: EncryptionModel =
        if told == .unknown || told == .none { seen } else if seen == .none || seen == .unknown || seen == told {
          told
        } else { .unknown }
      let server = Bench.server("s", told).witnessed(as: seen)
      #expect(server.model == expected, "\(told) and \(seen)")
      if server.model != told { #expect(server.modelSource.contains("qemu")) }
      let move = DrainRules(policy: Policy.Drain(), processes: ["s"], processModels: ["s": seen])
        .move(for: Bench.server("s", told))
      #expect(move.model == expected)
      #expect((move.move == .live) == (expected == .none))
    }
    #expect(Bench.server("s", told).witnessed(as: nil) == Bench.server("s", told))
  }

  @Test("Nova's statuses are read and told back", arguments: DrainOracle.statuses)
  func statuses(status: ServerStatus) { #expect(ServerStatus(nova: status.text) == status) }
}
