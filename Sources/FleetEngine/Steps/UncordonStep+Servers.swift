import FleetCore

/// The servers that the drain stopped run again on the host they never left (RULES D2).
extension UncordonStep {
  /// In the order in which they were stopped (FEATURES 54): what was switched off first has been off longest. The
  /// reverse would serve servers that need each other, of which nothing is known: they are stopped by id.
  ///
  /// The host is good whether they start or not, so that one which does not is a finding, named.
  func startStopped(_ runner: HostRunner, _ gateway: any ComputeGateway) async throws {
    for id in runner.run.stoppedServers {
      let effect = EffectID(.startServer, id)
      if runner.run.openEffect(effect) == nil { try runner.record(.effectIntended(effect: effect, token: id)) }
      do {
        try await start(effect, runner, gateway)
      } catch let failure as Failure {
        try giveUp(effect, runner, failure.text)
      } catch let error as ComputeError {
        try giveUp(effect, runner, error.text)
      }
    }
  }

  private func start(_ effect: EffectID, _ runner: HostRunner, _ gateway: any ComputeGateway) async throws {
    let id = effect.subject
    try await runner.effect(
      effect, failing: .serverFailed, within: runner.services.bounds.settle, token: { id },
      look: { _ in
        let server = try await runner.patiently { try await gateway.server(id) }
        // It was deleted.
        guard let server else { return .alreadyDone }
        if let task = server.taskState { return .inProgress("server \(server.name): \(task)") }
        if server.status == .shutoff { return .ready }
        // Its owner may have started it meanwhile, and even have paused it.
        if server.status != .error, server.isRunning { return .alreadyDone }
        let fault = server.fault.map { ": \($0)" } ?? ""
        return .blocked(Failure(.serverFailed, "it is \(server.status.text)\(fault)", expected: "ACTIVE", found: id))
      },
      act: { _ in try await gateway.start(id) })
  }

  private func giveUp(_ effect: EffectID, _ runner: HostRunner, _ why: String) throws {
    // Closed in every case: a start that is asked for again and again would hold a good host for ever.
    if runner.run.openEffect(effect) != nil {
      try runner.record(.effectObserved(effect: effect, result: .failed(why)))
    }
    try runner.finding(
      "serverNotStarted",
      "server \(effect.subject) was stopped for this update and does not start again: \(why); start it by hand")
  }
}
