package import FleetCore

/// Moves that Nova is asked for at once, counted over all rollouts of one process in one cloud (RULES D5). Cold moves
/// are limited by nobody else.
///
/// An emergency may run beside a rollout that is just stopping: each asks under the limit of its own policy, and the
/// moves of both count.
package actor MoveSlots {
  /// One move by one host's run: two rollouts may have to do with the same server, and each holds its own.
  package struct Move: Hashable, Sendable {
    package var rollout: String
    package var host: HostID
    package var effect: EffectID

    package init(rollout: String, host: HostID, effect: EffectID) {
      self.rollout = rollout
      self.host = host
      self.effect = effect
    }
  }

  private var held: Set<Move> = []

  package init() {}

  /// Takes a slot for a move if fewer than `limit` are held by all together, or if it has one. A limit below 1 is 1:
  /// a drain that may move nothing would never end.
  package func take(_ move: Move, limit: Int) -> Bool {
    guard held.contains(move) || held.count < max(1, limit) else { return false }
    held.insert(move)
    return true
  }

  /// A slot for what Nova does already, such as a move found under way after a restart: it counts, limit or not.
  package func hold(_ move: Move) { held.insert(move) }

  /// Gives a move's slot back; what holds none changes nothing.
  package func give(_ move: Move) { held.remove(move) }
}
