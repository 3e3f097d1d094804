import FleetCore
import FleetEngine

/// The engine's clock in a simulation. A controller that is gone wakes up no more.
struct SimClock: EngineClock {
  let world: SimWorld
  let life: SimLife

  func now() -> Instant { world.executor.now }
  func monotonic() -> Int64 { world.executor.monotonic }

  func sleep(_ duration: Duration) async throws(CancellationError) {
    if life.isOver { throw CancellationError() }
    await world.executor.sleep(duration)
    if life.isOver || Task.isCancelled { throw CancellationError() }
  }
}
