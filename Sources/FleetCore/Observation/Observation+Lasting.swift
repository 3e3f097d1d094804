extension Observation {
  /// What stays the same between two looks at a host to which nothing happened: without times, without servers that
  /// come and go, and without who holds the package manager just then.
  ///
  /// Two looks with the same lasting part tell the same about firmware, its files and what the host can do.
  package var lasting: Observation {
    var kept = self
    kept.observedAt = Instant(milliseconds: 0)
    kept.uptimeSeconds = nil
    kept.virtualMachines = VirtualMachines()
    kept.modules.kvmReferences = nil
    kept.packageManager = nil
    for index in kept.notes.indices { kept.notes[index].raw = "" }
    return kept
  }
}
