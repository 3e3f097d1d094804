package import FleetEngine
import Synchronization

/// The slots for moves in each cloud that this process works in: rollouts of one cloud share them, whenever they begin.
package final class CloudMoves: Sendable {
  private let clouds = Mutex<[String?: MoveSlots]>([:])

  package init() {}

  /// `cloud`: its name in clouds.yaml; `nil`: the one of the environment, which stays the same in one process.
  package func slots(_ cloud: String?) -> MoveSlots {
    clouds.withLock { clouds in
      if let slots = clouds[cloud] { return slots }
      let slots = MoveSlots()
      clouds[cloud] = slots
      return slots
    }
  }
}
