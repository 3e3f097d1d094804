extension HostRun {
  /// Whether this run took the host's lease and has not begun to give it back (RULES K).
  package var holdsLease: Bool {
    isDone(EffectID(.takeLease)) && !effects.contains { $0.id.kind == .giveLease }
  }
}
