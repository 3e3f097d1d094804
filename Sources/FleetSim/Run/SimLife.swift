import Synchronization

/// One life of the controller: from its start to its end or to the instruction at which it is gone.
final class SimLife: Sendable {
  private struct State {
    var isOver = false
    var points = 0
    var lastPoint: Int?
  }

  private let state: Mutex<State>
  private let ended: @Sendable () -> Void

  /// `lastPoint`: the point of `Failpoint` at which it is gone; `nil`: it lives to its end. `ended`: what must be so at
  /// that moment, such as that its journal takes nothing from it any more.
  init(lastPoint: Int?, ended: @escaping @Sendable () -> Void) {
    state = Mutex(State(lastPoint: lastPoint))
    self.ended = ended
  }

  var isOver: Bool { state.withLock(\.isOver) }

  func reach() {
    let isEnd = state.withLock { state in
      state.points += 1
      guard state.points == state.lastPoint else { return false }
      state.isOver = true
      return true
    }
    if isEnd { ended() }
  }
}
