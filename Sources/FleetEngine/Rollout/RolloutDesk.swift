import FleetCore
import FleetStore

/// Asks the machine of one rollout what is next and does everything of it but driving hosts. Confined to the task that
/// runs the rollout.
struct RolloutDesk {
  /// What the task that runs the rollout shall do.
  enum Turn {
    case start(HostChange)
    /// Something was written down: ask again.
    case again
    /// Ask again after this long, whatever happens meanwhile.
    case pause(Duration)
    /// Nothing starts before a host ends.
    case wait
    /// The rollout ends here with this event; without one nothing is told.
    case end(JournalEvent?)
  }

  /// Writes events in one transaction.
  typealias Journal = (_ events: [JournalEvent], _ host: HostID?) throws -> Void

  /// How long a host that was given back may be shown as down before the rollout pauses for it: its service reports
  /// when it starts and every 10 s from then on.
  private static let giveBack = Duration.seconds(30)

  private let services: EngineServices
  private let hosts: [HostID: Host]
  private let policy: Policy
  private let id: String
  private let journal: Journal
  private var rollout: Rollout
  private var lastSeq: Int64 = 0
  /// The newest entry of each host's run here.
  private var lastSeqs: [HostID: Int64] = [:]
  private(set) var others = OtherHosts()
  private var toldUnknown = false
  private var toldNoRoom = false
  private var patience: Deadline

  init(
    services: EngineServices, hosts: [HostID: Host], policy: Policy, id: String, plan: Plan,
    gate: WindowGate?, journal: @escaping Journal
  ) {
    self.services = services
    self.hosts = hosts
    self.policy = policy
    self.id = id
    self.journal = journal
    rollout = Rollout(plan: plan, budgets: RolloutBudgets(policy, hosts: hosts.values), gate: gate)
    patience = Deadline(services.clock, in: Self.giveBack)
  }

  mutating func hostEnded() { patience = Deadline(services.clock, in: Self.giveBack) }

  mutating func turn(running: Set<HostID>, wish: StopWish?) async throws -> Turn {
    try refresh()
    let view = try await view(running, wish)
    let action = rollout.next(view)
    switch action {
    case .start(let change): return .start(change)
    case .skip(let host, let failure): try skip(host, failure)
    case .pauseCombination(let combination, let reason):
      try journal([.combinationPaused(combination: combination, reason: reason)], nil)
    case .openWave(let number, let hosts): if let ending = try await open(number, hosts) { return .end(ending) }
    case .beginSoak(let wave): try journal([.soakStarted(wave: wave, duration: policy.soak)], nil)
    case .soak(let until):
      hold("soaks for another \((until - view.now).wholeSeconds) s")
      return .pause(min(until - view.now, services.bounds.knock))
    case .judge(let wave, let members): try await judge(wave, members)
    case .wait(let text):
      if let text { hold(text) }
      return running.isEmpty ? .pause(services.bounds.poll) : .wait
    case .end(let event): return .end(event)
    }
    return .again
  }

  /// Folds what the hosts under work wrote since the last turn.
  private mutating func refresh() throws {
    for entry in try services.store.entries(rollout: id, after: lastSeq) {
      try rollout.apply(entry)
      if case .run(let event) = entry.event { others.note(event, of: entry.host) }
      if let host = entry.host { lastSeqs[host] = entry.seq }
      lastSeq = entry.seq
    }
  }

  private mutating func view(_ running: Set<HostID>, _ wish: StopWish?) async throws -> Rollout.View {
    var view = Rollout.View(
      now: services.clock.now(), running: running, isPatient: !patience.hasPassed,
      othersStop: services.othersStop(), wish: wish)
    guard wish == nil else { return view }
    view.claims = try Claims.of(id, isEmergency: rollout.plan.options.emergency != nil, services.store)
    // Nova is only asked where its answer can matter.
    guard rollout.mayStart(view) else { return view }
    let out = try await OutOfService(services, hosts: hosts.values)
    view.absent = out.reasons
    if let text = out.unknown, !toldUnknown {
      toldUnknown = true
      let sentence = "Nova does not tell which hosts are out of service: \(text)"
      try journal([.finding(kind: "computeUnknown", text: sentence)], nil)
    }
    return view
  }

  private func skip(_ host: HostID, _ failure: Failure) throws {
    guard let change = rollout.plan.changes.first(where: { $0.host == host }) else { return }
    try journal(Claims.events(change, failure), host)
  }

  /// Begins a wave with the hosts that the rest of the fleet has room for; none: how the rollout ends here.
  private mutating func open(_ wave: Int, _ hosts: [HostID]) async throws -> JournalEvent? {
    let atOnce = hosts.compactMap { rollout.budgets.unavailable[$0] }.max() ?? 1
    let room = WaveRoom(services: services, plan: rollout.plan, atOnce: atOnce)
    switch try await room.answer(hosts) {
    case .short(let text): return .rolloutPaused(reason: "wave \(wave) has no room: \(text)")
    case .open(let hosts, let note, let unknown):
      var events: [JournalEvent] = [.waveStarted(wave: wave, hosts: hosts, note: note)]
      if let unknown, !toldNoRoom {
        toldNoRoom = true
        events.append(.finding(kind: "capacityUnknown", text: "nobody can tell whether there is room: \(unknown)"))
      }
      try journal(events, nil)
      return nil
    }
  }

  private func hold(_ text: String) {
    services.progress(ProgressEvent(host: nil, at: services.clock.now(), what: .holding(text)))
  }

  private func judge(_ wave: Int, _ members: [HostID]) async throws {
    let verdict = SoakVerdict(services: services, hook: policy.hooks[.postSoak], rollout: id)
    // What another rollout has worked on since, such as an emergency, says nothing of what was done here.
    let taken = try services.store.hosts(lastSeqs, workedOnBut: id)
    let subjects = members.compactMap { id -> SoakVerdict.Subject? in
      guard !taken.contains(id), let host = hosts[id], let run = rollout.runs[id], let after = run.after,
        let change = rollout.plan.changes.first(where: { $0.host == id })
      else { return nil }
      return SoakVerdict.Subject(host: host, change: change, before: run.before, after: after)
    }
    try journal([.waveJudged(wave: wave, failures: try await verdict.failures(wave, subjects))], nil)
  }
}
