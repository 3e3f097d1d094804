extension HostRun {
  /// Servers that this run switched off, or may have (RULES D4).
  package var switchedOff: Set<String> {
    Set(
      effects.filter { record in
        if case .failed? = record.result { return false }
        return record.id.kind == .moveCold || record.id.kind == .stopServer
      }
      .map(\.id.subject))
  }

  /// Servers that this run stopped and has not tried to start again, oldest first (RULES D2).
  package var stoppedServers: [String] {
    effects.indices.compactMap { index in
      let record = effects[index]
      guard record.id.kind == .stopServer, !record.isUndone, case .done? = record.result else { return nil }
      let isAnswered = effects[index...].contains { later in
        later.id == EffectID(.startServer, record.id.subject) && later.result != nil
      }
      return isAnswered ? nil : record.id.subject
    }
  }
}
