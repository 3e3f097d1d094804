import FleetCore
import FleetPages

extension PageSamples {
  func rollout(standing: RolloutStanding = .running) -> RolloutPage.Model {
    let isOver = standing == .finished
    return RolloutPage.Model(
      id: word("ro-7c1f20ab"), plan: word("plan-5d9f1c07aa31"), standing: standing,
      reason: standing == .running ? nil : word("paused by maria: the storage team works on rack 3"),
      startedBy: word("maria"), startedAt: Self.before(82),
      forecast: isOver ? nil : word("about 1h 40m: 9 hosts at 11m each, one at a time"),
      budgets: [
        RolloutPage.Budget(name: word("Out of service"), limit: 2, holders: [word("sev-0003"), word("sev-0004")]),
        RolloutPage.Budget(name: word("Failures left"), limit: 1, holders: []),
      ],
      waits: [
        RolloutPage.Wait(
          who: word("sev-0005"), what: word("waits for a place: sev-0003 and sev-0004 hold both"), since: Self.before(6)
        ),
        RolloutPage.Wait(
          who: word("wave 3"), what: word("opens when wave 2 has ended and soaked for 10m"), since: nil),
      ], waves: waves(),
      excluded: [
        RolloutPage.Excluded(
          host: word("sev-0031"), kind: word("sevESLoss"),
          text: word("2 SEV-ES servers run on it, and none could start again on 1.55.36")),
        RolloutPage.Excluded(
          host: word("sev-0032"), kind: word("unreachable"), text: word("no route to 10.0.3.32 within 10s")),
      ], restarts: 4, actions: [.pause, .halt, .resume, .approve], seq: 4711)
  }

  private func waves() -> [RolloutPage.Wave] {
    [
      RolloutPage.Wave(
        number: 1, text: word("soaked for 10m, judged good"), isCurrent: false, hosts: [row(1, .converged)]),
      RolloutPage.Wave(
        number: 2, text: word("under way"), isCurrent: true,
        hosts: [
          row(2, .converged), row(3, .underWay), row(4, .underWay), row(5, .waiting), row(6, .quarantined),
          row(7, .skipped),
        ]),
      RolloutPage.Wave(
        number: 3, text: word("waits for wave 2"), isCurrent: false, hosts: (8..<12).map { row($0, .waiting) }),
    ]
  }

  private func row(_ number: Int, _ outcome: RolloutPage.HostRow.Outcome) -> RolloutPage.HostRow {
    let text =
      switch outcome {
      case .waiting: "its turn comes when a place is free"
      case .underWay: "drain: 4 of 11 servers moved, 2 live migrations under way"
      case .converged: "verified at 1.55.36, back in service"
      case .skipped: "given back as it was: a SEV server may not be restarted"
      case .quarantined: "verify failed (notApplied): 1.55.31 still runs after the reset"
      }
    return RolloutPage.HostRow(
      host: word(Self.host(number - 1)), domain: word("az1/rack1"), expected: word("1.55.31"), desired: word("1.55.36"),
      outcome: outcome, text: word(text), steps: steps(number, outcome))
  }

  private func steps(_ number: Int, _ outcome: RolloutPage.HostRow.Outcome) -> [RolloutPage.StepMark] {
    let reached =
      switch outcome {
      case .waiting: 0
      case .underWay: number == 3 ? 4 : 7
      case .converged: 10
      case .skipped: 4
      case .quarantined: 8
      }
    return zip(Step.allCases, 0...).map { step, place in
      let state: RolloutPage.StepMark.State =
        switch outcome {
        case .waiting: .ahead
        case .underWay: place < reached ? .performed : place == reached ? .underWay : .ahead
        case .converged: place == 1 ? .alreadyDone : place == 2 ? .notApplicable : .performed
        case .skipped: place < reached ? .undone : place == reached ? .failed : .ahead
        case .quarantined: place < reached ? .performed : place == reached ? .failed : .ahead
        }
      let took: Duration? =
        switch state {
        case .ahead, .notApplicable: nil
        case .underWay, .performed, .alreadyDone, .failed, .undone: .seconds(place * place * 7 + 2)
        }
      return RolloutPage.StepMark(step: step, state: state, took: took, attempts: state == .failed ? 3 : 1)
    }
  }
}
