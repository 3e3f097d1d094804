import FleetCore
import FleetEngine
import FleetStore

/// When the controller began and ended, and whether the one before it ended without saying so.
enum ServeAudit {
  static func begin(_ held: HeldLock) throws {
    let now = SystemClock().now()
    let last = try held.store.newestAction([.startServing, .stopServing, .takeOver])
    var events: [JournalEvent] = []
    if let last, last.action.what == .startServing {
      events.append(
        .finding(
          kind: NotifyClass.controllerFinding,
          text: "the controller before this one ended without saying so: \(last.action.subject)"))
    }
    events.append(.audited(Action(by: Operator.name, .startServing, held.lock.holder.text)))
    try held.store.append(events.map { (event: $0, host: nil) }, rollout: nil, at: now)
  }

  /// Who was taken over may not write any more, and that one is told of by whoever took over.
  static func end(_ held: HeldLock, _ error: (any Error)?) {
    let by = error == nil ? "a signal" : Action.controller
    let action = Action(by: by, .stopServing, held.lock.holder.text, why: error.map { CommandError($0).text })
    do throws(StoreError) {
      try held.store.audit(action, at: SystemClock().now())
    } catch {
      Output.note("not in the audit log: \(error.text)")
    }
  }
}
