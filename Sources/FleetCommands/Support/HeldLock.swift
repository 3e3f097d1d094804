import FleetCore
import FleetEngine
import FleetStore

/// The right to drive hosts, the store, and the socket at which other processes may ask for a stop.
///
/// Without a socket the command works all the same: it can still be stopped by a signal.
final class HeldLock: Sendable {
  let lock: DaemonLock
  let store: FleetStore
  let desk: ControlDesk
  private let server: ControlServer?

  init(folder: String, command: String) throws {
    let lock = try DaemonLock.acquire(folder: folder, command: command, at: SystemClock().now())
    let store = try FleetStore.open(folder: folder)
    let desk = ControlDesk(store: store, holder: lock.holder) { rollout, wish in
      Output.note("\(wish.sentence); rollout \(rollout) stops at the next step boundary")
    }
    self.lock = lock
    self.store = store
    self.desk = desk
    do throws(ControlError) {
      server = try ControlServer(state: folder) { desk.answer($0) }
    } catch {
      server = nil
      Output.note("no control socket: \(error.text); other processes cannot pause this one")
    }
  }

  func release() {
    server?.close()
    lock.release()
  }
}

extension CommandContext {
  /// Takes the lock for a command that drives hosts; throws `locked`, which tells who holds it.
  func hold(_ command: String) throws -> HeldLock { try HeldLock(folder: stateFolder, command: command) }
}
