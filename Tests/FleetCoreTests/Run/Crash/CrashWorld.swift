import FleetCore

/// The host, its servers and Nova as one value: what is true, what is under way, and what was ever accepted.
struct CrashWorld: Hashable {
  enum Service: Hashable { case enabled, ours, theirs }
  enum Place: Hashable { case here, elsewhere, verifyResize }
  enum Content: Hashable { case old, new }
  enum Firmware: Hashable { case old, desired, floor }
  enum Seen { case done, inProgress, absent }

  struct Server: Hashable {
    var id: String
    var place = Place.here
    var runs = true
  }

  struct Pending: Hashable {
    var effect: EffectID
    var looks: Int
  }

  var service: Service
  var computeRuns = true
  var servers: [Server]
  var files: [Content]
  var initramfs = Content.old
  var packageHeld = false
  var firmware = Firmware.old
  var boots = 0
  var reloads = 0
  var kexecLoaded: Bool
  var isLeased = false
  var isBackedUp = false
  var isUploaded = false
  var pending: [Pending] = []
  /// Failures still to come of a fault that happens twice; servers still to appear.
  var failuresLeft = 2
  var appearancesLeft: Int
  /// How often each effect was accepted.
  var accepted: [EffectID: Int] = [:]
  /// Effects that were asked for while the same one was under way: the fault this matrix hunts.
  var doubled: [EffectID] = []

  init(_ scenario: CrashScenario) {
    let shape = scenario.shape
    service = shape.disabledByOthers ? .theirs : .enabled
    servers = shape.servers.map { Server(id: $0.id, runs: $0.move != .leave) }
    files = shape.paths.map { _ in .old }
    kexecLoaded = shape.kexecLoaded
    appearancesLeft = if case .appears(let times) = scenario.fault { times } else { 0 }
  }

  // MARK: Looking

  /// Returns what a look at an effect shows, and whether the look changed anything.
  mutating func look(_ effect: EffectID, token: String, _ scenario: CrashScenario) -> (seen: Seen, changed: Bool) {
    if let index = pending.firstIndex(where: { $0.effect == effect }) {
      if scenario.fault == .hangs(effect) { return (.inProgress, false) }
      if pending[index].looks > 0 {
        pending[index].looks -= 1
        return (.inProgress, true)
      }
      pending.remove(at: index)
      complete(effect, scenario)
      return (.done, true)
    }
    return (isReached(effect, token) ? .done : .absent, false)
  }

  func isPending(_ effect: EffectID) -> Bool { pending.contains { $0.effect == effect } }

  private func isReached(_ effect: EffectID, _ token: String) -> Bool {
    switch effect.kind {
    case .takeLease: isLeased
    case .giveLease: !isLeased
    case .backup: isBackedUp
    case .upload: isUploaded
    case .treatPackage: packageHeld
    case .disableService: service == .ours
    case .enableService: service == .enabled
    case .moveLive, .confirmMove: server(effect.subject)?.place == .elsewhere
    case .moveCold: server(effect.subject)?.place != .here
    case .revertMove, .moveHome: server(effect.subject)?.place == .here
    case .abortMove: !isPending(EffectID(.moveLive, effect.subject))
    case .stopServer: server(effect.subject)?.runs == false
    case .startServer: server(effect.subject)?.runs == true
    case .stageFile: files[fileIndex(effect)] == .new
    case .restoreFile: files[fileIndex(effect)] == .old
    case .rebuildInitramfs: initramfs == files[0]
    case .stopCompute: !computeRuns
    case .startCompute: computeRuns
    case .unloadKexec: !kexecLoaded
    case .reload: reloads > (Int(token) ?? 0)
    case .reset: boots > (Int(token) ?? 0)
    case .hook: true
    }
  }

  /// What makes an effect recognisable later.
  func token(_ effect: EffectID) -> String {
    switch effect.kind {
    case .reload: "\(reloads)"
    case .reset: "\(boots)"
    default: "t"
    }
  }

  func server(_ id: String) -> Server? { servers.first { $0.id == id } }

  private func fileIndex(_ effect: EffectID) -> Int { effect.subject == "fw2" ? 1 : 0 }

  // MARK: Acting

  /// Asks for an effect. Throws the refusal.
  mutating func act(_ effect: EffectID, _ scenario: CrashScenario) throws(Failure) {
    switch scenario.fault {
    case .refused(effect, forever: true), .undoing(effect, _):
      throw Failure(.connectionLost, "refused: \(effect)")
    case .refused(effect, forever: false) where failuresLeft > 0:
      failuresLeft -= 1
      throw Failure(.connectionLost, "refused: \(effect)", isTransient: true)
    case .none, .refused, .step, .hangs, .readBack, .appears, .undoing, .doesNotComeUp: break
    }
    if isPending(effect) { doubled.append(effect) }
    accepted[effect, default: 0] += 1
    if effect.kind == .abortMove { pending.removeAll { $0.effect == EffectID(.moveLive, effect.subject) } }
    let lag = CrashScenario.lag(effect.kind)
    if lag == 0, scenario.fault != .hangs(effect) {
      complete(effect, scenario)
    } else {
      pending.append(Pending(effect: effect, looks: lag))
    }
  }

  private mutating func complete(_ effect: EffectID, _ scenario: CrashScenario) {
    switch effect.kind {
    case .takeLease: isLeased = true
    case .giveLease: isLeased = false
    case .backup: isBackedUp = true
    case .upload: isUploaded = true
    case .treatPackage: packageHeld = true
    case .disableService: service = .ours
    case .enableService: service = .enabled
    case .moveLive, .confirmMove: set(effect.subject) { $0.place = .elsewhere }
    case .moveCold: set(effect.subject) { $0.place = .verifyResize }
    case .revertMove, .moveHome: set(effect.subject) { $0.place = .here }
    case .stopServer: set(effect.subject) { $0.runs = false }
    case .startServer: set(effect.subject) { $0.runs = true }
    case .stageFile: files[fileIndex(effect)] = .new
    case .restoreFile: files[fileIndex(effect)] = .old
    case .rebuildInitramfs: initramfs = files[0]
    case .stopCompute: computeRuns = false
    case .startCompute: computeRuns = true
    case .unloadKexec: kexecLoaded = false
    case .reload: (reloads, firmware) = (reloads + 1, loaded(scenario))
    case .reset:
      (boots, firmware) = (boots + 1, loaded(scenario))
      computeRuns = true
    case .abortMove, .hook: break
    }
  }

  private func loaded(_ scenario: CrashScenario) -> Firmware {
    switch scenario.fault {
    case .readBack(.notApplied): .old
    case .readBack(.needsBIOS): .floor
    case .none, .refused, .step, .hangs, .readBack, .appears, .undoing, .doesNotComeUp:
      files.allSatisfy { $0 == .new } ? .desired : .old
    }
  }

  private mutating func set(_ id: String, _ change: (inout Server) -> Void) {
    if let index = servers.firstIndex(where: { $0.id == id }) { change(&servers[index]) }
  }
}
