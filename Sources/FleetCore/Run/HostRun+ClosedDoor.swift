extension HostRun {
  /// Name of the unit, container or command that this run stopped, or may have, and was not seen to start again
  /// (RULES E1); `nil`: the door is open, as far as this run goes.
  package var closedDoor: String? {
    guard let stop = effects.lastIndex(where: { $0.id.kind == .stopCompute && !$0.isUndone }) else { return nil }
    if case .failed? = effects[stop].result { return nil }
    let isOpened = effects[stop...].contains { record in
      if case .done? = record.result { return record.id.kind == .startCompute }
      return false
    }
    return isOpened ? nil : effects[stop].id.subject
  }
}
