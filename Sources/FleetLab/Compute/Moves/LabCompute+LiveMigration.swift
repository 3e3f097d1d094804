/// What can happen to a live migration while it copies: its time is over, somebody aborts it, or it is let through
/// although it was to hang or fail.
enum LiveSignal: Sendable { case copied, aborted, letThrough }

/// Live migration behind the 202: the conductor's checks, the source's queue, the copy and its three ends.
extension LabCompute {
  // MARK: Conductor

  /// Finds a destination that agrees, then hands the move to the source's queue. Whatever is wrong here ends with the
  /// server as it was and the record in `error`.
  func conductLive(_ id: String, only: String?, request: String) async throws {
    try await pause(settings.times.conductor / 2)
    guard let server = servers[id], let source = server.host else { return }
    let record = addMigration(.live, server, source: source, .accepted, request: request)
    try await pause(settings.times.conductor)
    guard let host = hosts[source], isUp(host) else { return try await refuseLive(record) }
    guard let destination = try await agreedDestination(server, source, only) else {
      return try await refuseLive(record)
    }
    // The source died although its heartbeat is still young: the message to it is lost.
    guard hosts[source]?.isRunning == true else { return }
    changeMigration(record) {
      $0.destination = destination
      $0.sourceNode = source
      $0.status = .queued
    }
    hosts[source]?.waiting.append(record)
    runWaitingLive(source)
  }

  private func refuseLive(_ record: Int) async throws {
    setStatus(record, .error)
    noteFailure(migration(record).request)
    try await pause(settings.times.recordLag)
    change(migration(record).server) { $0.taskState = nil }
  }

  /// Asks one host after the other, as the scheduler ranks them, until one takes the server.
  private func agreedDestination(_ server: NovaServer, _ source: String, _ only: String?) async throws -> String? {
    var refused: Set = [source]
    while let host = chooseHost(for: server, only: only, without: refused) {
      guard hosts[source]?.isRunning == true else {
        // Dead, although its last heartbeat is still young: no host's question to it is ever answered.
        try await pause(settings.times.messagingTimeout)
        return nil
      }
      let mode = servers[server.id]?.behaviour("lab_live").mode
      let answers = hosts[host]?.isRunning == true
      if answers, mode != "fail_pre", mode != "fail_source_check" { return host }
      try await pause(answers ? settings.times.conductor / 2 : settings.times.messagingTimeout)
      refused.insert(host)
    }
    return nil
  }

  // MARK: Queue of the source

  /// Starts what waits on a host, as far as its limit allows.
  func runWaitingLive(_ host: String) {
    while let next = hosts[host]?.waiting.first,
      (hosts[host]?.running.count ?? 0) < settings.liveMigrationsPerHost
    {
      hosts[host]?.waiting.removeFirst()
      hosts[host]?.running.insert(next)
      setStatus(next, .preparing)
      let (signals, job) = AsyncStream<LiveSignal>.makeStream(bufferingPolicy: .bufferingOldest(1))
      liveJobs[next] = job
      spawn { lab in await lab.runLive(next, host, signals) }
    }
  }

  private func runLive(_ record: Int, _ host: String, _ signals: AsyncStream<LiveSignal>) async {
    try? await copyLive(record, signals)
    liveJobs[record] = nil
    // Nil if the process died meanwhile: its queue went with it.
    if hosts[host]?.running.remove(record) != nil { runWaitingLive(host) }
  }

  /// Ends a queued or running migration; the answer to the caller does not wait for it.
  func abortLive(_ record: Int) {
    let source = migration(record).source
    guard hosts[source]?.isRunning == true else { return }
    if let index = hosts[source]?.waiting.firstIndex(of: record) {
      hosts[source]?.waiting.remove(at: index)
      spawn { lab in
        let worker = try lab.worker(on: source)
        try await lab.pause(lab.settings.times.recordLag, as: worker)
        lab.endOnSource(record, .cancelled)
      }
    } else {
      liveJobs[record]?.yield(.aborted)
    }
  }

  /// The server is ACTIVE or PAUSED on its source as if nothing had been; only the record tells.
  func endOnSource(_ record: Int, _ status: MigrationStatus) {
    setStatus(record, status)
    change(migration(record).server) { $0.taskState = nil }
  }

  // MARK: Copy

  private func copyLive(_ record: Int, _ signals: AsyncStream<LiveSignal>) async throws {
    let move = migration(record)
    guard let server = servers[move.server], let destination = move.destination else { return }
    let worker = try worker(on: move.source)
    let asked = server.behaviour("lab_live")
    let takes = asked.mode == "hang" ? settings.times.hangLimit : asked.duration ?? settings.times.live
    do {
      try await startGuest(server, on: destination, paused: server.vmState == .paused)
    } catch {
      return endOnSource(record, .error)
    }
    try check(worker)
    changeMigration(record) {
      $0.status = .running
      $0.copy = (clock.now, takes)
    }
    let signal = await firstSignal(record, signals, after: takes)
    guard let signal, (try? check(worker)) != nil else {
      // The source's process died: what had come to the destination is thrown away there.
      return await stopGuest(server.id, on: destination)
    }
    let failing = asked.mode == "fail" || asked.mode == "hang"
    switch signal {
    case .copied where !failing, .letThrough: return try await finishLive(record, server.id, destination, worker)
    case .copied, .aborted:
      await stopGuest(server.id, on: destination)
      try await pause(settings.times.recordLag, as: worker)
      endOnSource(record, signal == .aborted ? .cancelled : .failed)
    }
  }

  /// The first of: the copy is done, an abort; nil: the source's process died, or the lab stops.
  private func firstSignal(
    _ record: Int, _ signals: AsyncStream<LiveSignal>, after time: Duration
  ) async -> LiveSignal? {
    let job = liveJobs[record]
    let timer = Task {
      try await pause(time)
      job?.yield(.copied)
    }
    defer { timer.cancel() }
    for await signal in signals { return signal }
    return nil
  }

  private func finishLive(
    _ record: Int, _ id: String, _ destination: String, _ worker: ComputeWorker
  ) async throws {
    await stopGuest(id, on: worker.host)
    guard hosts[destination]?.isRunning == true else {
      // Nobody answers there; Nova waits for its time-out and then counts the server on the dead host.
      try await pause(settings.times.messagingTimeout, as: worker)
      setStatus(record, .error)
      noteFailure(migration(record).request)
      let fault = NovaServerFault(message: "MessagingTimeout", created: now)
      return change(id) { ($0.host, $0.vmState, $0.taskState, $0.fault) = (destination, .error, nil, fault) }
    }
    // The destination turns the server; the source writes the record later.
    change(id) { ($0.host, $0.taskState) = (destination, nil) }
    try await pause(settings.times.recordLag, as: worker)
    setStatus(record, .completed)
  }
}
