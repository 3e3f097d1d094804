/// One host in one rollout, as a value: events in, one next action out. No clock, no log, no I/O.
///
/// A started step is *in doubt* until an observation says otherwise, before and after a crash alike, so recovery is
/// no special path: `HostRun(steps:replaying:)` uses the same `apply` as live running (DurableExecution D3, D4).
package struct HostRun: Hashable, Sendable {
  package enum Completion: String, Hashable, Sendable, Codable, CaseIterable { case performed, alreadyDone }
  package enum Phase: String, Hashable, Sendable, Codable, CaseIterable { case before, after }

  package enum Event: Hashable, Sendable, Codable {
    case stepStarted(step: Step, attempt: Int)
    /// Written once per restart that finds the step in doubt.
    case stepResumed(step: Step)
    case effectIntended(effect: EffectID, token: String)
    case effectObserved(effect: EffectID, result: EffectResult)
    case stepSucceeded(step: Step, completion: Completion)
    case stepFailed(step: Step, failure: Failure)
    /// A server appeared after the drain: once, the drain is entered again (RULES U3).
    case drainReentered
    case returnStarted
    case returnResumed
    case undone(effect: EffectID, text: String)
    case undoFailed(effect: EffectID, failure: Failure)
    case restoreStarted
    case restoreResumed
    case restoreEnded(restored: Bool, text: String)
    case skipped
    case quarantined
    /// A person gave the host back.
    case released(reason: String)
    case recorded(phase: Phase, facts: RunFacts)
  }

  package enum State: Hashable, Sendable {
    case ready(Step, attempt: Int)
    case inDoubt(Step, attempt: Int, resumes: Int)
    case reentering
    case failed(Step, Failure)
    case returning(Step, Failure, resumes: Int)
    case restoring(Step, Failure, resumes: Int)
    case restored(Step, Failure)
    case converged
    case skipped(Step, Failure)
    case quarantined(Step, Failure)
    case released(Step, Failure)
  }

  package enum Action: Hashable, Sendable {
    case start(Step, attempt: Int)
    case observeThenAct(Step)
    case reenterDrain
    case beginReturn
    case undo(EffectID)
    case endReturn
    case beginRestore
    case restore
    case quarantine
    case none
  }

  package struct IllegalEvent: Error, Hashable, Sendable {
    package let state: State
    package let event: Event
  }

  /// One effect of this run as the journal tells it.
  package struct EffectRecord: Hashable, Sendable {
    package var id: EffectID
    /// What makes the effect recognisable later: a boot id, a hash, a migration id.
    package var token: String
    package var result: EffectResult?
    package var isUndone = false
  }

  /// A step is tried this often; more would only repeat what three tries could not do.
  package static let maxAttempts = 3
  /// A step that kills the controller each time must not loop for ever; counted anew after each observed effect.
  package static let maxResumes = 4

  package let steps: [Step]
  package private(set) var state: State
  package private(set) var effects: [EffectRecord] = []
  package private(set) var before: RunFacts?
  package private(set) var after: RunFacts?
  package private(set) var reentries = 0
  package private(set) var undoFailure: Failure?
  package private(set) var fileRestored = false

  package init(steps: [Step]) {
    self.steps = steps
    state = steps.first.map { .ready($0, attempt: 1) } ?? .converged
  }

  package init(steps: [Step], replaying events: some Sequence<Event>) throws(IllegalEvent) {
    self.init(steps: steps)
    for event in events { try apply(event) }
  }

  // MARK: What the effects say

  /// Intended and not yet seen to end.
  package func openEffect(_ id: EffectID) -> EffectRecord? { effects.last { $0.id == id && $0.result == nil } }

  /// Whether an effect was seen done and not undone since.
  package func isDone(_ id: EffectID) -> Bool { lastDone(id) != nil }

  package func lastDone(_ id: EffectID) -> EffectRecord? {
    guard let last = effects.last(where: { $0.id == id }), !last.isUndone, case .done? = last.result else {
      return nil
    }
    return last
  }

  /// From the first intended reload or reset on, nothing is undone silently.
  package var activationBegan: Bool {
    effects.contains { $0.id.kind.beginsActivation }
  }

  /// The newest own effect that the return path still has to undo or settle.
  package var nextUndo: EffectID? {
    for index in effects.indices.reversed() where needsUndo(index) { return effects[index].id }
    return nil
  }

  private func needsUndo(_ index: Int) -> Bool {
    let record = effects[index]
    guard record.id.kind.isUndone, !record.isUndone else { return false }
    if case .failed? = record.result { return false }
    switch record.id.kind {
    case .moveLive: return record.result == nil
    case .moveCold: return record.result == nil || !settledLater(record.id.subject, after: index)
    // A quarantined host is still this controller's, and out of service.
    case .takeLease, .disableService: return undoFailure == nil
    case .treatPackage, .stopServer, .stageFile, .stopCompute: return true
    case .giveLease, .backup, .upload, .enableService, .confirmMove, .revertMove, .abortMove, .startServer,
      .moveHome, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .rebuildInitramfs, .hook:
      return false
    }
  }

  /// Only the step that activates may begin to activate: a reset on the return path would take what U1 gives back.
  private func mayBegin(_ id: EffectID) -> Bool {
    guard id.kind.beginsActivation else { return true }
    if case .inDoubt(.activate, _, _) = state { return true }
    return false
  }

  /// The effect whose turn it is, or one that was settled while its turn lasted: confirming a cold move ends its need.
  private func mayEndUndo(_ id: EffectID) -> Bool {
    if id == nextUndo { return true }
    guard id.kind.isUndone else { return false }
    let own = effects.indices.filter { effects[$0].id == id && !effects[$0].isUndone }
    return !own.isEmpty && !own.contains(where: needsUndo)
  }

  private func settledLater(_ server: String, after index: Int) -> Bool {
    effects[index...].contains { record in
      guard record.id.subject == server, case .done? = record.result else { return false }
      return record.id.kind == .confirmMove || record.id.kind == .revertMove
    }
  }

  // MARK: Transitions

  package mutating func apply(_ event: Event) throws(IllegalEvent) {
    switch (state, event) {
    case (_, .recorded(.before, let facts)): before = facts
    case (_, .recorded(.after, let facts)): after = facts
    case (.ready(let step, let n), .stepStarted(let started, let attempt)) where started == step && attempt == n:
      state = .inDoubt(step, attempt: n, resumes: 0)
    case (.inDoubt(let step, let n, let r), .stepResumed(let resumed)) where resumed == step:
      state = r < Self.maxResumes ? .inDoubt(step, attempt: n, resumes: r + 1) : .failed(step, Self.resumedTooOften)
    case (.inDoubt, .effectIntended(let id, let token)), (.returning, .effectIntended(let id, let token)),
      (.restoring, .effectIntended(let id, let token)):
      guard openEffect(id) == nil, mayBegin(id) else { throw IllegalEvent(state: state, event: event) }
      effects.append(EffectRecord(id: id, token: token))
    case (.inDoubt, .effectObserved(let id, let result)), (.returning, .effectObserved(let id, let result)),
      (.restoring, .effectObserved(let id, let result)):
      try observe(id, result, event)
    case (.inDoubt(let step, _, _), .stepSucceeded(let ended, _)) where ended == step:
      state = following(step).map { .ready($0, attempt: 1) } ?? .converged
    case (.inDoubt(let step, let n, _), .stepFailed(let ended, let failure)) where ended == step:
      state = failed(step, attempt: n, failure)
    case (.reentering, .drainReentered):
      reentries += 1
      state = .ready(.drain, attempt: 1)
    case (.ready, _), (.inDoubt, _), (.reentering, _), (.failed, _), (.returning, _), (.restoring, _), (.restored, _),
      (.converged, _), (.skipped, _), (.quarantined, _), (.released, _):
      try applyEnding(event)
    }
  }

  private mutating func applyEnding(_ event: Event) throws(IllegalEvent) {
    switch (state, event) {
    case (.failed(let step, let failure), .returnStarted) where !activationBegan:
      state = .returning(step, failure, resumes: 0)
    case (.returning(let step, let failure, let r), .returnResumed):
      state = .returning(step, failure, resumes: r + 1)
      if r >= Self.maxResumes { undoFailure = undoFailure ?? Self.resumedTooOften }
    case (.returning(let step, let failure, _), .undone(let id, _)) where mayEndUndo(id):
      markUndone(id)
      state = .returning(step, failure, resumes: 0)
    case (.returning, .undoFailed(let id, let failure)) where mayEndUndo(id):
      undoFailure = undoFailure ?? failure
      markUndone(id)
    case (.returning(let step, let failure, _), .skipped) where nextUndo == nil && undoFailure == nil:
      state = .skipped(step, failure)
    case (.returning(let step, let failure, _), .quarantined) where next == .quarantine:
      state = .quarantined(step, failure)
    case (.failed(let step, let failure), .restoreStarted) where wantsRestore(failure):
      state = .restoring(step, failure, resumes: 0)
    case (.restoring(let step, let failure, let r), .restoreResumed):
      state = r < Self.maxResumes ? .restoring(step, failure, resumes: r + 1) : .restored(step, failure)
    case (.restoring(let step, let failure, _), .restoreEnded(let restored, _)):
      fileRestored = restored
      state = .restored(step, failure)
    case (.failed(let step, let failure), .quarantined) where activationBegan && !wantsRestore(failure):
      state = .quarantined(step, failure)
    case (.restored(let step, let failure), .quarantined): state = .quarantined(step, failure)
    case (.quarantined(let step, let failure), .released): state = .released(step, failure)
    case (.ready, _), (.inDoubt, _), (.reentering, _), (.failed, _), (.returning, _), (.restoring, _), (.restored, _),
      (.converged, _), (.skipped, _), (.quarantined, _), (.released, _):
      throw IllegalEvent(state: state, event: event)
    }
  }

  private func failed(_ step: Step, attempt: Int, _ failure: Failure) -> State {
    if failure.isTransient, attempt < Self.maxAttempts { return .ready(step, attempt: attempt + 1) }
    if step == .proveEmpty, failure.kind == .serverAppeared, reentries == 0, steps.contains(.drain) {
      return .reentering
    }
    return .failed(step, failure)
  }

  private mutating func observe(_ id: EffectID, _ result: EffectResult, _ event: Event) throws(IllegalEvent) {
    guard let index = effects.lastIndex(where: { $0.id == id && $0.result == nil }) else {
      throw IllegalEvent(state: state, event: event)
    }
    effects[index].result = result
    if case .inDoubt(let step, let n, _) = state { state = .inDoubt(step, attempt: n, resumes: 0) }
  }

  private mutating func markUndone(_ id: EffectID) {
    for index in effects.indices where effects[index].id == id { effects[index].isUndone = true }
  }

  private func following(_ step: Step) -> Step? {
    guard let index = steps.firstIndex(of: step), index + 1 < steps.count else { return nil }
    return steps[index + 1]
  }

  private static let resumedTooOften = Failure(
    .resumedTooOften, "the controller was lost \(maxResumes) times in this step without any progress")

  /// Only a refused image or a host that needs a BIOS gets its previous file back (RULES U2).
  private func wantsRestore(_ failure: Failure) -> Bool {
    guard activationBegan, !fileRestored, effects.contains(where: { $0.id.kind == .stageFile }) else { return false }
    return failure.kind == .notApplied || failure.kind == .needsBIOS
  }

  // MARK: What to do next

  package var next: Action {
    switch state {
    case .ready(let step, let attempt): .start(step, attempt: attempt)
    case .inDoubt(let step, _, _): .observeThenAct(step)
    case .reentering: .reenterDrain
    case .failed(_, let failure): activationBegan ? (wantsRestore(failure) ? .beginRestore : .quarantine) : .beginReturn
    case .returning(_, _, let resumes) where resumes > Self.maxResumes: .quarantine
    case .returning: nextUndo.map { .undo($0) } ?? (undoFailure == nil ? .endReturn : .quarantine)
    case .restoring: .restore
    case .restored: .quarantine
    case .converged, .skipped, .quarantined, .released: .none
    }
  }

  /// Whether the run stands between two steps, where a pause may stop it (D9).
  package var isAtBoundary: Bool {
    switch state {
    case .ready, .converged, .skipped, .quarantined, .released: true
    case .inDoubt, .reentering, .failed, .returning, .restoring, .restored: false
    }
  }

  package var isEnded: Bool {
    switch state {
    case .converged, .skipped, .quarantined, .released: true
    case .ready, .inDoubt, .reentering, .failed, .returning, .restoring, .restored: false
    }
  }

  /// Whether the host is out of service through this run: it holds a disruption slot (D6).
  package var holdsSlot: Bool {
    switch state {
    case .converged, .skipped, .released: false
    case .quarantined: true
    case .ready, .inDoubt, .reentering, .failed, .returning, .restoring, .restored: !effects.isEmpty
    }
  }
}
