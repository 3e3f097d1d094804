import FleetCore

extension EngineServices {
  /// A look at Nova that survives a short outage: asked again until `limit`, by default `EngineBounds.outage`.
  func patiently<Value>(within limit: Duration? = nil, _ look: () async throws -> Value) async throws -> Value {
    let deadline = Deadline(clock, in: limit ?? bounds.outage)
    while true {
      do {
        return try await look()
      } catch let error as ComputeError where error.kind == .unreachable && !deadline.hasPassed {
        try await clock.sleep(bounds.knock)
      }
    }
  }
}

extension HostRunner {
  func patiently<Value>(within limit: Duration? = nil, _ look: () async throws -> Value) async throws -> Value {
    try await services.patiently(within: limit, look)
  }
}
