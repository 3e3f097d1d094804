import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore
import Synchronization

/// The controller that stays: drives what was planned, approved or left to it, plans what is due, and looks for drift.
///
/// Five loops that do not wait for each other. An error of one look or one plan is told and tried again with the next
/// turn; one of the journal ends the process, after hosts under work came to a boundary (decision 0016).
struct ServeFlow {
  /// Between two looks at every host, unless told otherwise: drift of firmware is rare, and a look costs a host 60 ms.
  static let probeInterval = Duration.seconds(15 * 60)
  /// Between two looks at the clock and for a signal.
  private static let tick = Duration.seconds(1)
  /// Between two readings of the operator's files: somebody who edits them should not wait long.
  private static let planInterval = Duration.seconds(20)

  let context: CommandContext
  let held: HeldLock
  let probeEvery: Duration
  /// `nil`: it does not listen.
  let server: ServerConfiguration?
  private let bell = Bell()
  private let failure = FirstFailure()

  init(context: CommandContext, held: HeldLock, probeEvery: Duration, server: ServerConfiguration? = nil) {
    self.context = context
    self.held = held
    self.probeEvery = probeEvery
    self.server = server
  }

  /// Returns the exit code: 130 after a signal, as every command that drives hosts has it.
  func run() async throws -> Int32 {
    let files = ServeFiles(context)
    let bell = bell
    let store = held.store
    let desk = ServeDesk(
      store: store, control: held.desk, ring: { bell.ring() },
      acts: HostActs(
        release: { host, reason, person in
          try await Self.telling { try await files.current.release(host, reason, by: person, store) }
        },
        adopt: { host, reason, person in
          try await Self.telling { try await files.current.adopt(host, reason, by: person, store) }
        }))
    try await update(desk, context.inventory)
    let server = try await serve(files, desk)
    try held.listen { await desk.answer($0) }
    try ServeAudit.begin(held)
    let interruption = Interruption(hint: context.options.commandLine([ServeCommand.name]), json: context.options.json)
    Output.note("serving \(context.inventory.schedules.count) schedule(s) for \(context.inventory.hosts.count) host(s)")
    await withTaskGroup { group in
      group.addTask { await watch(interruption, desk) }
      group.addTask { await every(Self.planInterval) { try await plan(files, desk) } }
      group.addTask { await every(Self.planInterval) { try await stageAhead(files, desk) } }
      group.addTask { await every(probeEvery) { try await look(files) } }
      group.addTask { await notify(files) }
      for await _ in bell.rings {
        do {
          while let job = try await desk.next() { group.addTask { await drive(job, files, desk) } }
        } catch {
          await end(error, desk)
        }
        if await desk.hasLeft { break }
      }
      group.cancelAll()
    }
    ServeAudit.end(held, failure.first)
    // Last, so that who follows sees how it ended.
    await server?.stop()
    if let error = failure.first { throw error }
    return ExitStatus.interrupted
  }

  /// `nil`: nobody asked it to listen.
  private func serve(_ files: ServeFiles, _ desk: ServeDesk) async throws -> FleetServer? {
    guard let server else { return nil }
    let source = ServeSource(files: files, store: held.store, desk: desk)
    let started = try await FleetServer.start(
      server, source: source, tokens: TokenFile(folder: context.stateFolder), pages: ServePages(source: source),
      ended: { Output.note("nobody is served over HTTP any more: \($0)") })
    Output.note("listening at \(started.url)")
    return started
  }

  private func update(_ desk: ServeDesk, _ inventory: Inventory) async throws {
    try await desk.update(
      schedules: inventory.schedules, hosts: inventory.hosts.map(\.id), emergency: inventory.policy.emergency)
  }

  /// What the other process is told where `body` throws.
  private static func telling<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch {
      let said = CommandError(error)
      throw ServeRefusal(said.kind, said.text, expected: said.expected, found: said.found)
    }
  }

  // MARK: Loops

  private func watch(_ interruption: Interruption, _ desk: ServeDesk) async {
    while !Task.isCancelled {
      if interruption.wish != nil { await desk.leave() }
      bell.ring()
      try? await Task.sleep(for: Self.tick)
    }
  }

  /// Runs `body` now and then. Whatever goes wrong is told and tried again, less and less often.
  private func every(_ interval: Duration, _ body: () async throws -> Void) async {
    var failures = 0
    while !Task.isCancelled {
      do {
        try await body()
        failures = 0
      } catch {
        if Task.isCancelled { return }
        failures += 1
        let pause = Patience.pause(after: failures, every: interval)
        Output.note("tried again in \(DurationText.people(pause)): \(CommandError(error).text)")
      }
      try? await Task.sleep(for: Patience.pause(after: failures, every: interval))
    }
  }

  private func plan(_ files: ServeFiles, _ desk: ServeDesk) async throws {
    guard let context = files.reload() else { return }
    try await update(desk, context.inventory)
    try await DuePlans(context: context, store: held.store, desk: desk).make()
    bell.ring()
  }

  private func stageAhead(_ files: ServeFiles, _ desk: ServeDesk) async throws {
    try await AheadFlow(context: files.current, store: held.store, desk: desk).run()
  }

  private func look(_ files: ServeFiles) async throws {
    let context = files.current
    try ComplianceNews(context.inventory, facts: context.facts, held.store).tell(at: SystemClock().now())
    let busy = try held.store.hostsInOpenRollouts(begunOnly: true)
    let hosts = context.inventory.hosts.filter { busy[$0.id] == nil }
    guard !hosts.isEmpty else { return }
    _ = try await context.withServices(held.store, asksNova: false) {
      try await PlanMaker(services: $0).probe(hosts)
    }
  }

  /// Tells receivers what the journal says, until the controller leaves.
  private func notify(_ files: ServeFiles) async {
    let id = (try? held.store.controller())?.id ?? ServeCommand.name
    let sender = NetworkSender(sender: id, now: { SystemClock().now() })
    await Outbox(
      store: held.store, sender: sender, settings: { files.current.inventory.notify }, note: { Output.note($0) }
    ).run()
    await sender.shutdown()
  }

  private func drive(_ job: ServeJob, _ files: ServeFiles, _ desk: ServeDesk) async {
    do {
      try await ServedRollout(context: files.current, store: held.store, control: held.desk, moves: held.moves)
        .run(job)
    } catch {
      do {
        // It is not begun again by itself: what went wrong would only go wrong again.
        let reason = "it could not go on: \(CommandError(error).text)"
        // Who was told that it will be halted finds it halted.
        let isHalt = held.desk.wish(for: job.rollout)?.kind == .halt
        let event: JournalEvent = isHalt ? .rolloutHalted(reason: reason) : .rolloutPaused(reason: reason)
        Output.note("rollout \(job.rollout): \(event.sentence)")
        try held.store.append(event, rollout: job.rollout, host: nil, at: SystemClock().now())
      } catch {
        await end(error, desk)
      }
    }
    await desk.ended(job.rollout)
  }

  private func end(_ error: any Error, _ desk: ServeDesk) async {
    failure.set(error)
    await desk.leave()
  }
}

/// The error that ends the controller; later ones follow from it.
private final class FirstFailure: Sendable {
  private let kept = Mutex<(any Error)?>(nil)

  var first: (any Error)? { kept.withLock { $0 } }

  func set(_ error: any Error) { kept.withLock { $0 = $0 ?? error } }
}
