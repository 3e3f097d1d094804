import FleetCore

/// The shape of a change: what the steps of the simulated world have to do.
struct CrashShape: Hashable, Sendable {
  enum Move: Hashable, Sendable { case live, cold, stop, leave }

  struct Planned: Hashable, Sendable {
    var id: String
    var move: Move
  }

  var name: String
  var direction: HostChange.Direction
  var activation: HostChange.Activation
  var inNova = true
  var servers: [Planned] = []
  var paths = ["fw"]
  var upload = true
  var rebuilds = false
  var holdsPackage = false
  var kexecLoaded = false
  /// Somebody else had disabled the service before.
  var disabledByOthers = false

  /// The steps as the product derives them from such a change.
  var steps: [Step] {
    HostChange(
      host: HostID("h"), computeHost: inNova ? .named("c") : .notInNova, expected: Bench.running,
      desired: Bench.newer, image: nil, direction: direction, activation: activation,
      sevES: SEVESImpact(verdict: .unused, text: ""), attestation: AttestationImpact(), reasons: []
    ).steps
  }

  var activationKind: EffectKind? {
    switch activation {
    case .reload: .reload
    case .reboot: .reset
    case .none: nil
    }
  }

  /// Every effect that an undisturbed run has, for faults that aim at one.
  var effects: [EffectID] {
    var all = [EffectID(.takeLease), EffectID(.giveLease), EffectID(.backup)]
    if upload { all.append(EffectID(.upload)) }
    if holdsPackage { all.append(EffectID(.treatPackage, "p")) }
    all += paths.map { EffectID(.stageFile, $0) }
    if rebuilds { all.append(EffectID(.rebuildInitramfs, "k")) }
    guard let activationKind else { return all }
    all += [EffectID(.stopCompute, "n"), EffectID(.startCompute, "n"), EffectID(activationKind)]
    if kexecLoaded { all.append(EffectID(.unloadKexec)) }
    if inNova, !disabledByOthers { all += [EffectID(.disableService, "c"), EffectID(.enableService, "c")] }
    for server in servers {
      switch server.move {
      case .live: all.append(EffectID(.moveLive, server.id))
      case .cold: all += [EffectID(.moveCold, server.id), EffectID(.confirmMove, server.id)]
      case .stop: all.append(EffectID(.stopServer, server.id))
      case .leave: break
      }
    }
    return all
  }

  static let reloadUpgrade = CrashShape(
    name: "upgrade by reload, one server live and one cold", direction: .upgrade, activation: .reload,
    servers: [Planned(id: "s1", move: .live), Planned(id: "s2", move: .cold)], rebuilds: true, holdsPackage: true)
  static let resetDowngrade = CrashShape(
    name: "downgrade by reset, a server stopped and one left", direction: .downgrade, activation: .reboot,
    servers: [Planned(id: "s1", move: .stop), Planned(id: "s2", move: .leave)], rebuilds: true, kexecLoaded: true)
  static let factory = CrashShape(
    name: "factory: two files go, service disabled by somebody else", direction: .factory,
    activation: .reboot, servers: [Planned(id: "s1", move: .live)], paths: ["fw", "fw2"], upload: false,
    disabledByOthers: true)
  static let repair = CrashShape(
    name: "repair: a file and the initramfs", direction: .repair, activation: .none, rebuilds: true)
  static let outsideNova = CrashShape(
    name: "upgrade by reload of a host outside Nova", direction: .upgrade, activation: .reload,
    inNova: false)
}
