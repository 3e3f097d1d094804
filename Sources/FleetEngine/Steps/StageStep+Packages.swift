import FleetCore

/// The package that owns the file is told what policy says (RULES P), before the file is touched.
extension StageStep {
  func treatPackage(_ runner: HostRunner) async throws {
    guard let package = runner.change.package else { return }
    switch package.treatment {
    case .accept, .updates: return
    case .hold:
      try await runner.effect(
        EffectID(.treatPackage, "hold:\(package.name)"), failing: .stageFailed,
        within: runner.services.bounds.command, token: { package.name },
        look: { _ in
          try await runner.observe().heldPackages.contains(package.name) ? .alreadyDone : .ready
        },
        act: { name in try await runner.perform(.hold(package: name)) })
    case .divert:
      // A diversion that was cut off may stand already, and its path look like nobody's.
      let open = runner.run.effects.filter { $0.id.kind == .treatPackage && $0.result == nil }
        .compactMap { $0.id.subject.dropping(prefix: "divert:") }
      let owned = Self.divertedPaths(runner.change, try await runner.observation())
      for path in open + owned.filter({ !open.contains($0) }) { try await divert(runner, path) }
    }
  }

  /// Every path that the change writes or removes and that a package owns. A path diverted before is owned by nobody,
  /// and its diversion is not this run's to take back.
  static func divertedPaths(_ change: HostChange, _ observation: Observation) -> [String] {
    guard change.package?.treatment == .divert else { return [] }
    let owned = Set(observation.files.filter { $0.package != nil }.map(\.path))
    return ([change.stagePath].compactMap { $0 } + change.removePaths).filter(owned.contains)
  }

  private func divert(_ runner: HostRunner, _ path: String) async throws {
    let hosts = runner.services.hosts
    try await runner.effect(
      EffectID(.treatPackage, "divert:\(path)"), failing: .stageFailed, within: runner.services.bounds.command,
      token: { path },
      look: { _ in try await hosts.isDiverted(runner.host, path: path) ? .alreadyDone : .ready },
      act: { path in try await runner.perform(.divert(path: path)) })
    runner.latest = nil
  }
}
