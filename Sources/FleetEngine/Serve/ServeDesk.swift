package import FleetCore
package import FleetStore

/// Everything that `serve` decides: which rollout is driven next, and what it answers to others (decision 0016).
///
/// The queue is the journal: what was planned, approved and left there is found again by the next process. All decisions
/// are made one after the other, each of them without waiting, so that a stop never falls between a look and its act.
package actor ServeDesk {
  /// Between two plans for an opening that came to nothing: something may change, and a plan asks every host.
  private static let idleInterval = Duration.seconds(15 * 60)
  /// How long after an emergency the hosts it was about are not touched by a schedule that nobody has to approve.
  private static let emergencyShadow = Duration.seconds(30 * 86_400)

  let store: FleetStore
  let clock: any EngineClock
  package nonisolated let control: ControlDesk
  let ring: @Sendable () -> Void
  let acts: HostActs
  var emergencies: Set<String> = []
  /// What is driven, as it was when it was begun.
  private var jobs: [String: ServeJob] = [:]
  /// Ordinary rollouts that a lost controller left in the middle of hosts, and why these are given back now.
  var yielding: [String: StopWish] = [:]
  /// Rollouts that are staged ahead, and the hosts that are under a look at this moment.
  private var staging: [String: Set<HostID>] = [:]
  /// Hosts of the rollout that begins once the looks have ended: no other look begins there meanwhile.
  private var wanted: Set<HostID> = []
  /// Hosts that are just being released or taken over.
  var busyHosts: Set<HostID> = []
  private(set) var schedules: [Schedule] = []
  private(set) var hosts: Set<HostID> = []
  /// The fleet's own policy.
  private(set) var emergencyPolicy = Policy.Emergency()
  private var isLeaving = false
  /// Openings that could not be planned, or whose plan had nothing to do, and when that was found.
  private var idle: [BookedOpening: Instant] = [:]

  /// `ring` is called when there may be something new to drive; it must not wait.
  package init(
    store: FleetStore, control: ControlDesk, clock: any EngineClock = SystemClock(),
    ring: @escaping @Sendable () -> Void, acts: HostActs
  ) {
    self.store = store
    self.control = control
    self.clock = clock
    self.ring = ring
    self.acts = acts
  }

  /// What the operator's files say now.
  ///
  /// A rollout under way whose window changed is left at the next step boundary and taken up again with the new one.
  package func update(
    schedules: [Schedule], hosts: some Sequence<HostID>, emergency: Policy.Emergency = Policy.Emergency()
  ) throws(StoreError) {
    self.schedules = schedules
    emergencyPolicy = emergency
    self.hosts = Set(hosts)
    for job in jobs.values where job.until != nil {
      let booking = try store.booking(rollout: job.rollout)
      guard case .begin(let until) = booking.terms(now: clock.now(), standing: booking.standing(in: schedules)),
        until != job.until
      else { continue }
      control.ask(job.rollout, StopWish(.leave, by: ServeJob.controller, reason: "its window changed"))
    }
  }

  // MARK: The queue

  /// The next rollout to drive, taken in hand; `nil`: none now. What can never begin any more is closed on the way.
  ///
  /// One ordinary rollout at a time, the oldest first. An emergency begins beside one that is just stopping: no host is
  /// begun by two (`FleetStore.appendBeginning`), and nothing ordinary begins before the emergency has ended.
  package func next() throws(StoreError) -> ServeJob? {
    guard !isLeaving else { return nil }
    wanted = []
    // One that was taken over while it slept must not go on looking and planning.
    try store.checkFence()
    let now = clock.now()
    let inHand = control.inHand
    var waiting: [ServeJob] = []
    for (record, booking) in try store.openBookings() where !inHand.contains(record.id) {
      if let reason = booking.closing(now: now, standing: booking.standing(in: schedules)) {
        try store.append(.rolloutHalted(reason: reason), rollout: record.id, host: nil, at: now)
        continue
      }
      switch booking.turn(now: now, standing: booking.standing(in: schedules)) {
      case nil, .awaitsApproval?, .waits?, .close?: continue
      case .begin(let until)?:
        let isEmergency = try store.plan(id: record.plan).plan.options.emergency != nil
        waiting.append(ServeJob(rollout: record.id, isEmergency: isEmergency, until: until))
      }
    }
    guard emergencies.isEmpty else { return nil }
    if let job = waiting.first(where: \.isEmergency) {
      // Asked for before, perhaps by a controller that was lost: only the journal keeps it.
      try pauseOthers(for: job.rollout, by: ServeJob.controller)
      // Before the emergency: it waits for hosts that are just given back, and for no others.
      if let job = waiting.first(where: { yielding[$0.rollout] != nil }) { return yielded(job) }
      guard try isFree(job) else { return nil }
      emergencies.insert(job.rollout)
      return taken(job)
    }
    guard inHand.isEmpty, let job = waiting.first, staging[job.rollout] == nil, try isFree(job) else { return nil }
    return taken(job)
  }

  /// Whether none of its hosts is under a look of staging ahead. A look ends within seconds, and rings.
  private func isFree(_ job: ServeJob) throws(StoreError) -> Bool {
    guard staging.values.contains(where: { !$0.isEmpty }) else { return true }
    let hosts = try plannedHosts(job.rollout)
    guard staging.values.contains(where: { !$0.isDisjoint(with: hosts) }) else { return true }
    wanted = hosts
    return false
  }

  private func plannedHosts(_ rollout: String) throws(StoreError) -> Set<HostID> {
    Set(try store.plan(id: try store.rollout(id: rollout).plan).plan.changes.map(\.host))
  }

  private func yielded(_ job: ServeJob) -> ServeJob {
    let job = taken(job)
    if let wish = yielding.removeValue(forKey: job.rollout) { control.ask(job.rollout, wish) }
    return job
  }

  private func taken(_ job: ServeJob) -> ServeJob {
    jobs[job.rollout] = job
    control.take(job.rollout)
    return job
  }

  /// The rollout is not driven here any more.
  package func ended(_ rollout: String) {
    emergencies.remove(rollout)
    jobs[rollout] = nil
    control.letGo(rollout)
    ring()
  }

  /// Nothing more begins; what is in hand stops at its next step boundary and is taken up by the next `serve`.
  package func leave() {
    guard !isLeaving else { return }
    isLeaving = true
    for rollout in control.inHand { control.ask(rollout, StopWish(.leave, by: "serve")) }
    ring()
  }

  /// Nothing is in hand any more and nothing will be.
  package var hasLeft: Bool { isLeaving && control.inHand.isEmpty && busyHosts.isEmpty }

  // MARK: Staging ahead

  /// The next rollout whose hosts may be staged ahead now, taken for that; `nil`: none. Each is to be given to
  /// `endStaging`.
  package func beginStaging(but others: Set<String> = []) throws(StoreError) -> String? {
    let open = try store.openBookings()
    guard let next = open.first(where: { !others.contains($0.record.id) && mayBeStaged($0.booking, $0.record.id) })
    else { return nil }
    staging[next.record.id] = []
    return next.record.id
  }

  /// Which of these hosts are staged next, at most `StageAhead.atOnce`; those given before have ended. Empty: none for
  /// now, since something begins, somebody stopped it, or others have work on what is left.
  ///
  /// A host is never given while another rollout may act on it, and none begins on a host that is given (`isFree`).
  package func stage(_ rollout: String, next hosts: [HostID]) throws -> [HostID] {
    guard staging[rollout] != nil else { return [] }
    staging[rollout] = []
    guard mayBeStaged(try store.booking(rollout: rollout), rollout) else { return [] }
    var taken = Set(try Claims.of(rollout, isEmergency: false, store).keys).union(wanted).union(busyHosts)
    // What is just taken in hand has claimed nothing yet.
    for other in control.inHand { taken.formUnion(try plannedHosts(other)) }
    let given = Array(hosts.filter { !taken.contains($0) }.prefix(StageAhead.atOnce))
    staging[rollout] = Set(given)
    return given
  }

  package func endStaging(_ rollout: String) {
    staging[rollout] = nil
    ring()
  }

  private func mayBeStaged(_ booking: RolloutBooking, _ rollout: String) -> Bool {
    guard !isLeaving, emergencies.isEmpty, !control.inHand.contains(rollout), let window = booking.window,
      let ahead = schedules.first(where: { $0.name == window.schedule })?.stageAhead,
      case .waits(let opens)? = booking.turn(now: clock.now(), standing: booking.standing(in: schedules))
    else { return false }
    return booking.standing(in: schedules) != nil && clock.now() + ahead >= opens
  }

  // MARK: Booking

  /// Whether an opening is to be planned now; one that came to nothing is planned again after a while.
  package func isDue(_ schedule: String, _ opening: Opening, at now: Instant) -> Bool {
    guard !isLeaving else { return false }
    guard let since = idle[BookedOpening(schedule: schedule, date: opening.date)] else { return true }
    return now - since >= Self.idleInterval
  }

  package func foundNothing(for schedule: String, _ opening: Opening, at now: Instant) {
    idle = idle.filter { now - $0.value < Self.idleInterval }
    idle[BookedOpening(schedule: schedule, date: opening.date)] = now
  }

  /// Books a plan that a schedule made. Returns what the rollout waits for; `nil`: that opening is booked already.
  package func book(
    _ schedule: Schedule, _ opening: Opening, plan: Plan, planID: String, rollout: String
  ) throws(StoreError) -> String? {
    let booked = try store.bookedOpenings()
    guard !booked.contains(BookedOpening(schedule: schedule.name, date: opening.date)) else { return nil }
    let now = clock.now()
    let touched = try store.emergencyHosts(since: now + (.zero - Self.emergencyShadow))
    var approvals = schedule.approvals
    // Servers are shut down only where somebody said how many, and nobody sends a host back to what it was just rescued
    // from without a person who looked.
    if plan.restarts.count > schedule.acceptRestarts || plan.changes.contains(where: { touched.contains($0.host) }) {
      approvals = max(1, approvals)
    }
    try store.createRollout(
      id: rollout, plan: planID, at: now,
      events: [.rolloutScheduled(schedule: schedule.name, opening: opening, approvals: approvals)])
    ring()
    return try store.booking(rollout: rollout).waiting
  }
}
