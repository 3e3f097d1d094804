import FleetCore

/// One shape with one thing that goes wrong in it.
struct CrashScenario: Hashable, Sendable, CustomStringConvertible {
  enum Fault: Hashable, Sendable {
    case none
    /// The other side refuses an effect: for ever, or twice.
    case refused(EffectID, forever: Bool)
    /// A step fails of itself, before or after its effects: for ever, or twice.
    case step(Step, late: Bool, forever: Bool)
    /// An effect is accepted and never ends.
    case hangs(EffectID)
    /// Another version or state is read back than the change wants.
    case readBack(FailureKind)
    /// A server lands on the host between the two proofs: in the first pass, or in both.
    case appears(Int)
    /// `step` fails for ever, and then undoing is refused too.
    case undoing(EffectID, Step)
    /// A cold-moved server does not come up and has to be taken back.
    case doesNotComeUp(String)
  }

  var shape: CrashShape
  var fault: Fault

  var description: String { "\(shape.name), \(fault)" }

  static func all(_ shape: CrashShape) -> [CrashScenario] {
    var faults: [Fault] = [.none]
    for effect in shape.effects {
      faults += [.refused(effect, forever: true), .refused(effect, forever: false)]
      // What is done at once cannot hang.
      if lag(effect.kind) > 0 { faults.append(.hangs(effect)) }
    }
    for step in shape.steps {
      for late in [true, false] { faults += [true, false].map { .step(step, late: late, forever: $0) } }
    }
    if shape.activationKind != nil {
      faults += [.notApplied, .needsBIOS, .unhealthy, .resetUnproven].map { .readBack($0) }
      // Putting the file back may fail too.
      faults += shape.paths.map { .refused(EffectID(.restoreFile, $0), forever: true) }
    }
    if shape.activationKind != nil, shape.inNova {
      faults += [.appears(1), .appears(2)]
      for effect in inverses(shape) { faults.append(.undoing(effect, .proveEmpty)) }
    }
    for server in shape.servers where server.move == .cold { faults.append(.doesNotComeUp(server.id)) }
    return faults.map { CrashScenario(shape: shape, fault: $0) }
  }

  private static func inverses(_ shape: CrashShape) -> [EffectID] {
    var inverses = shape.paths.map { EffectID(.restoreFile, $0) } + [EffectID(.startCompute, "n")]
    if !shape.disabledByOthers { inverses.append(EffectID(.enableService, "c")) }
    for server in shape.servers where server.move == .stop { inverses.append(EffectID(.startServer, server.id)) }
    return inverses
  }

  /// Looks after which an effect that was accepted shows as done; the table has every kind on purpose.
  static func lag(_ kind: EffectKind) -> Int {
    switch kind {
    case .takeLease, .giveLease, .disableService, .stageFile, .restoreFile, .treatPackage, .unloadKexec, .abortMove,
      .hook:
      0
    case .backup, .upload, .enableService, .confirmMove, .revertMove, .stopServer, .startServer, .rebuildInitramfs,
      .stopCompute, .startCompute:
      1
    case .moveLive, .moveHome, .moveCold, .reload, .reset: 2
    }
  }
}
