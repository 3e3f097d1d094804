extension HostRun {
  /// Servers that this run was seen to move away live, and of whose way home no end was seen, in the order in which they
  /// left.
  package var serversAway: [String] {
    var told = Set(effects.filter { $0.id.kind == .moveHome && $0.result != nil }.map(\.id.subject))
    return effects.compactMap { record in
      guard record.id.kind == .moveLive, !record.isUndone, case .done? = record.result else { return nil }
      return told.insert(record.id.subject).inserted ? record.id.subject : nil
    }
  }
}
