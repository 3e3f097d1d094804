import FleetCore
import FleetEngine
import FleetStore
import Synchronization

/// The right to drive hosts, the store, and the socket at which other processes may ask for a stop.
///
/// Without a socket the command works all the same: it can still be stopped by a signal.
final class HeldLock: Sendable {
  let lock: DaemonLock
  let store: FleetStore
  let desk: ControlDesk
  /// Shared by every rollout that this process drives.
  let moves = CloudMoves()
  private let folder: String
  private let server = Mutex<ControlServer?>(nil)

  init(_ lock: DaemonLock, folder: String) throws {
    let store = try FleetStore.open(folder: folder)
    try store.takeFence(lock, at: SystemClock().now())
    let desk = ControlDesk(store: store, holder: lock.holder) { rollout, wish in
      Output.note("\(wish.sentence); rollout \(rollout) stops at the next step boundary")
    }
    self.lock = lock
    self.store = store
    self.desk = desk
    self.folder = folder
  }

  /// Opens the socket; from now on others are answered.
  func listen(_ handler: @escaping ControlServer.Handler) throws(ControlError) {
    let opened = try ControlServer(state: folder, handler: handler)
    server.withLock { $0 = opened }
  }

  func release() {
    server.withLock { $0?.close() }
    lock.release()
  }
}

extension CommandContext {
  /// Takes the lock for a command that drives hosts, and answers others; throws `locked`, which tells who holds it.
  ///
  /// `takesOver`: also from a holder that does not answer any more. One that answers keeps it: it can be asked to stop.
  func hold(_ command: String, takesOver: Bool = false) async throws -> HeldLock {
    let held = try await seize(command, takesOver: takesOver)
    let desk = held.desk
    do throws(ControlError) {
      try held.listen { desk.answer($0) }
    } catch {
      Output.note("no control socket: \(error.text); other processes cannot pause this one")
    }
    return held
  }

  /// As `hold`, and answers nobody yet.
  func seize(_ command: String, takesOver: Bool) async throws -> HeldLock {
    let at = SystemClock().now()
    guard takesOver, let holder = try DaemonLock.holder(folder: stateFolder) else {
      return try HeldLock(DaemonLock.acquire(folder: stateFolder, command: command, at: at), folder: stateFolder)
    }
    let asked = await ControlClient(state: stateFolder).ask(ControlRequest(.status, by: Operator.name))
    if case .success = asked {
      throw CommandError(
        ExitStatus.locked, "holderAnswers", "the holder of the lock answers and is not taken over: \(holder.text)",
        expected: "rollout pause, or its end", found: "an answer")
    }
    let lock = try DaemonLock.takeOver(folder: stateFolder, command: command, at: at)
    Output.note("taken over from: \(holder.text); whatever it still begins is refused by the journal")
    do {
      let held = try HeldLock(lock, folder: stateFolder)
      try held.store.audit(Action(by: Operator.name, .takeOver, holder.text), at: at)
      return held
    } catch StoreError.busy {
      // SQLite's own lock goes with its process, and with nothing else.
      throw CommandError(
        ExitStatus.locked, "holderWrites",
        "the holder hangs in the middle of a write, and nobody can write before it has ended: \(holder.text); end it "
          + "with kill -9 \(holder.pid), then ask again; nothing of half a write stays", expected: "its end",
        found: "a write that does not end")
    }
  }

  /// The lock for an instant, to write one thing down; throws `locked`, which tells who holds it.
  func briefly<Value>(_ command: String, _ body: (FleetStore) async throws -> Value) async throws -> Value {
    let lock = try lock(command)
    defer { lock.release() }
    let store = try store()
    try store.takeFence(lock, at: SystemClock().now())
    return try await body(store)
  }
}
