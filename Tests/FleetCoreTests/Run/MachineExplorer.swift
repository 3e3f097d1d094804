import FleetCore

/// Walks through everything `HostRun` can do, by doing it, and writes down which event led from where to where.
struct MachineExplorer {
  struct Edge: Hashable, Comparable {
    var from: String
    var to: String
    var event: String

    static func < (left: Edge, right: Edge) -> Bool {
      let order = MachineExplorer.order
      let places = (order.firstIndex(of: left.from) ?? 0, order.firstIndex(of: left.to) ?? 0)
      let others = (order.firstIndex(of: right.from) ?? 0, order.firstIndex(of: right.to) ?? 0)
      return places == others ? left.event < right.event : places < others
    }
  }

  /// Everything on which a later transition can depend; two runs with one key behave alike.
  private struct Key: Hashable {
    var state: HostRun.State
    var reentries: Int
    var isBroken: Bool
    var isRestored: Bool
    var isActivated: Bool
    var hasStaged: Bool
    var undo: EffectID?
    var open: Set<EffectID>
  }

  /// The states in the order in which a reader meets them.
  static let order = [
    "ready", "inDoubt", "converged", "reentering", "failed", "returning", "skipped", "restoring", "restored",
    "quarantined", "released",
  ]

  /// Few steps with every kind of rule: one that is entered again, one that proves, one that activates.
  private static let steps: [Step] = [.drain, .proveEmpty, .activate]
  private static let effects = [EffectID(.moveLive, "s"), EffectID(.stageFile, "f"), EffectID(.reset)]
  private static let failures: [(String, Failure)] = [
    ("transient", Failure(.connectionLost, "", isTransient: true)), ("permanent", Failure(.stageFailed, "")),
    ("serverAppeared", Failure(.serverAppeared, "")), ("notApplied", Failure(.notApplied, "")),
  ]

  private(set) var edges: Set<Edge> = []
  /// Names of the actions that were next in a state.
  private(set) var actions: [String: Set<String>] = [:]
  private var visited: Set<Key> = []

  init() {
    var frontier = [HostRun(steps: Self.steps)]
    while let run = frontier.popLast() {
      actions[run.state.name, default: []].insert(run.next.name)
      for (label, event) in Self.events(run) {
        var next = run
        guard (try? next.apply(event)) != nil else { continue }
        edges.insert(Edge(from: run.state.name, to: next.state.name, event: label))
        if visited.insert(Self.key(next)).inserted { frontier.append(next) }
      }
    }
  }

  private static func key(_ run: HostRun) -> Key {
    var state = run.state
    // A return path counts its restarts for ever; past the bound they all behave alike.
    if case .returning(let step, let failure, let resumes) = state {
      state = .returning(step, failure, resumes: min(resumes, HostRun.maxResumes + 1))
    }
    return Key(
      state: state, reentries: run.reentries, isBroken: run.undoFailure != nil, isRestored: run.fileRestored,
      isActivated: run.activationBegan, hasStaged: run.effects.contains { $0.id.kind == .stageFile },
      undo: run.nextUndo, open: Set(run.effects.filter { $0.result == nil }.map(\.id)))
  }

  /// Every event that could fit a run, and many that do not.
  private static func events(_ run: HostRun) -> [(String, HostRun.Event)] {
    var events: [(String, HostRun.Event)] = []
    func add(_ event: HostRun.Event, _ note: String? = nil) {
      events.append((event.kind + (note.map { " (\($0))" } ?? ""), event))
    }
    for step in steps {
      for attempt in 1...HostRun.maxAttempts { add(.stepStarted(step: step, attempt: attempt)) }
      add(.stepResumed(step: step))
      add(.stepSucceeded(step: step, completion: .performed))
      for (name, failure) in failures { add(.stepFailed(step: step, failure: failure), name) }
    }
    for effect in effects {
      // Each effect once: a second one opens no new way.
      if !run.effects.contains(where: { $0.id == effect }) { add(.effectIntended(effect: effect, token: "t")) }
      add(.effectObserved(effect: effect, result: .done("")))
      add(.effectObserved(effect: effect, result: .failed("")))
      add(.undone(effect: effect, text: ""))
      add(.undoFailed(effect: effect, failure: Failure(.undoFailed, "")))
    }
    for event: HostRun.Event in [
      .drainReentered, .returnStarted, .returnResumed, .restoreStarted, .restoreResumed, .skipped, .quarantined,
      .released(reason: ""), .restoreEnded(restored: true, text: ""), .restoreEnded(restored: false, text: ""),
    ] { add(event) }
    return events
  }

  /// The document, byte for byte.
  var document: String {
    var pairs: [(from: String, to: String, events: [String])] = []
    for edge in edges.sorted() {
      if let last = pairs.indices.last, pairs[last].from == edge.from, pairs[last].to == edge.to {
        pairs[last].events.append(edge.event)
      } else {
        pairs.append((edge.from, edge.to, [edge.event]))
      }
    }
    let lines = pairs.map { "    \($0.from) --> \($0.to): \($0.events.joined(separator: ", "))" }
    let ends = Self.order.filter { actions[$0] == ["none"] }.map { "    \($0) --> [*]" }
    let rows = Self.order.map { state in
      "| `\(state)` | \((actions[state] ?? []).sorted().map { "`\($0)`" }.joined(separator: ", ")) |"
    }
    return """
      # The machine of one host run

      What `HostRun` accepts in each state, and what it wants next.

      ## Overview

      Generated from the machine itself by `HostRunDiagramTests`, which walks through it and fails when this page differs.
      `UPDATE_DIAGRAM=1 swift test --filter HostRunDiagramTests` writes it anew. `recorded` is accepted everywhere and
      changes no state. An event that stands on no arrow is refused: a journal that holds one is corrupt.

      ```mermaid
      stateDiagram-v2
          [*] --> ready
      \((lines + ends).joined(separator: "\n"))
      ```

      ## What is next

      | state | next action, by what the run has done |
      |---|---|
      \(rows.joined(separator: "\n"))

      """
  }
}

extension HostRun.Action {
  /// The case's name.
  var name: String {
    switch self {
    case .start: "start"
    case .observeThenAct: "observeThenAct"
    case .reenterDrain: "reenterDrain"
    case .beginReturn: "beginReturn"
    case .undo: "undo"
    case .endReturn: "endReturn"
    case .beginRestore: "beginRestore"
    case .restore: "restore"
    case .quarantine: "quarantine"
    case .none: "none"
    }
  }
}
