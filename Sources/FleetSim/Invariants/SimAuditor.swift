import FleetCore
import FleetEngine

/// Looks at everything that the engine does to the simulated world, with rules of its own. Confined to the simulation's
/// executor, as the world is.
package final class SimAuditor: @unchecked Sendable {
  package private(set) var breaches: [SimBreach] = []
  /// The rollout that is under way, and what it may cost; set by whoever runs it.
  var rollout = ""
  var limit = 1
  /// Hosts that it must account for.
  var planned: Set<HostID> = []
  /// Effects that the journal says are about to happen, by host.
  private var intended: [HostID: Set<EffectID>] = [:]
  /// Cold moves and stops that Nova took, by rollout and server.
  private var switchedOff: [String: Int] = [:]
  private var activated: [String: Int] = [:]
  /// Services that somebody else switched while ours.
  private var taken: Set<String> = []

  func breach(_ invariant: SimInvariant, _ text: String) {
    breaches.append(SimBreach(invariant: invariant, text: "\(rollout): \(text)"))
  }

  /// Hosts whose lease was ours, and those on which the engine was shown another's since.
  private var leased: Set<HostID> = []
  private var shown: Set<HostID> = []

  /// The engine was shown a host.
  func saw(_ host: SimHost) {
    if isForeign(host.lease) { shown.insert(host.id) } else { shown.remove(host.id) }
  }

  private func isForeign(_ lease: HostLease?) -> Bool {
    lease.map { !$0.isHeld(by: SimRun.controller.id) } ?? false
  }

  /// What was taken over between two looks, nobody knows until the next.
  private func checkLease(_ host: SimHost, _ what: @autoclosure () -> String) {
    guard isForeign(host.lease), shown.contains(host.id) || !leased.contains(host.id) else { return }
    breach(.ignoredLease, "\(what()) on \(host.id), whose lease is another's")
  }

  private func checkLease(_ name: String, _ world: SimWorld, _ what: String) {
    if let id = world.host(named: name), let host = world.hosts[id] { checkLease(host, what) }
  }

  func operatorTook(_ name: String) { taken.insert(name) }

  // MARK: The journal

  /// What the journal says when a controller begins: the one before may have been lost before it told of its last entry.
  func refold(_ entries: [JournalEntry]) {
    intended = [:]
    for entry in entries { note(entry.event, of: entry.host) }
  }

  /// Told of each entry once it stands in the journal.
  func note(_ event: JournalEvent, of host: HostID?) {
    guard let host, case .run(let event) = event else { return }
    switch event {
    case .effectIntended(let effect, _): intended[host, default: []].insert(effect)
    case .effectObserved(let effect, _), .undone(let effect, _): intended[host, default: []].remove(effect)
    case .stepStarted, .stepResumed, .stepSucceeded, .stepFailed, .drainReentered, .returnStarted, .returnResumed,
      .undoFailed, .restoreStarted, .restoreResumed, .restoreEnded, .skipped, .quarantined, .released, .recorded:
      break
    }
  }

  private func checkIntent(_ host: HostID, _ kinds: [EffectKind], _ what: String) {
    guard intended[host, default: []].contains(where: { kinds.contains($0.kind) }) else {
      return breach(.undoneIntent, "\(what) on \(host) stands in no journal")
    }
  }

  // MARK: Hosts

  /// `askedAt`: when the controller sent it on its way; a slow host hears of it later.
  func judge(_ act: HostAct, askedAt: Int64, on host: SimHost, _ world: SimWorld) {
    judgeLease(act, host)
    switch act {
    case .takeLease, .replaceLease: checkIntent(host.id, [.takeLease], "a lease")
    case .giveLease: checkIntent(host.id, [.giveLease], "a giving back of the lease")
    case .place(let sha256, let path): judgeReplaced(host, path, by: sha256, askedAt, world)
    case .remove(let path): judgeReplaced(host, path, by: nil, askedAt, world)
    case .reload(let token, _): judgeReload(host, token, askedAt, world)
    case .reset(let token): judgeReset(host, token, world)
    case .closeDoor: checkIntent(host.id, [.stopCompute], "a stop of nova-compute")
    case .openDoor: checkIntent(host.id, [.startCompute], "a start of nova-compute")
    case .copyFirmware: checkIntent(host.id, [.backup], "a backup")
    case .upload: checkIntent(host.id, [.upload], "an upload")
    case .restore(_, let path, let sha256): judgeReplaced(host, "/lib/firmware/\(path)", by: sha256, askedAt, world)
    case .restoreLink: checkIntent(host.id, [.restoreFile], "a restored link")
    case .rebuildInitramfs: checkIntent(host.id, [.rebuildInitramfs], "a rebuilt initramfs")
    case .unloadKexec: checkIntent(host.id, [.unloadKexec], "an unloaded kexec kernel")
    case .hold, .divert: checkIntent(host.id, [.treatPackage], "a word to the package manager")
    case .unhold, .undivert: checkIntent(host.id, [.restoreFile], "a word to the package manager")
    }
  }

  /// Taking one that lies there does nothing; everything else is an effect.
  private func judgeLease(_ act: HostAct, _ host: SimHost) {
    if case .takeLease = act {
      if host.lease == nil { leased.insert(host.id) }
      return
    }
    checkLease(host, "\(act)".prefix { $0 != "(" }.description)
    if case .giveLease = act { leased.remove(host.id) }
  }

  /// What is written between the last look and the act, nobody can see: milliseconds on a host, two commands apart here,
  /// and whatever a slow host takes until it hears of the act.
  private static let blindMilliseconds: Int64 = 2000

  private func judgeReplaced(_ host: SimHost, _ path: String, by sha256: String?, _ askedAt: Int64, _ world: SimWorld) {
    checkIntent(host.id, [.stageFile, .restoreFile], "a change of \(path)")
    guard let file = host.files[path], file.sha256 != sha256 else { return }
    // What this program brought there itself is no loss.
    if host.staged.contains(file.sha256) || host.read.contains(file.sha256) || isUnseen(host, askedAt) { return }
    guard host.backups.values.contains(where: { $0.values.contains { $0.sha256 == file.sha256 } }) else {
      return breach(.replacedWithoutBackup, "\(path) of \(host.id) was replaced, and no backup holds it")
    }
  }

  private func isUnseen(_ host: SimHost, _ askedAt: Int64) -> Bool {
    host.packageWroteAt.map { $0 > askedAt - Self.blindMilliseconds } ?? false
  }

  private func judgeActivation(_ host: SimHost, _ world: SimWorld, _ kind: EffectKind) {
    checkIntent(host.id, [kind], "a \(kind.rawValue)")
    let guests = world.guests(on: host.id)
    if let guest = guests.first {
      breach(.activatedWithGuests, "\(kind.rawValue) of \(host.id) while \(guest.id) runs there")
    }
  }

  /// What was asked for happens now: guests may have come since.
  func judgeEffect(_ what: String, _ host: SimHost, _ world: SimWorld) {
    if let guest = world.guests(on: host.id).first {
      breach(.activatedWithGuests, "\(guest.id) runs on \(host.id) while its \(what) takes place")
    }
  }

  private func judgeReload(_ host: SimHost, _ token: String, _ askedAt: Int64, _ world: SimWorld) {
    // The host itself keeps one that was begun from beginning twice.
    guard host.reload?.token != token else { return }
    judgeActivation(host, world, .reload)
    count("reload \(host.id)")
    if let file = host.loadable, file.version < host.running, !isUnseen(host, askedAt) {
      breach(.downgradeByReload, "\(host.id) runs \(host.running), and \(file.version) lies ready")
    }
  }

  private func judgeReset(_ host: SimHost, _ token: String, _ world: SimWorld) {
    guard case .up = host.power, host.bootID == token else { return }
    judgeActivation(host, world, .reset)
    count("reset \(host.id)")
  }

  private func count(_ what: String) {
    activated["\(rollout) \(what)", default: 0] += 1
    if activated["\(rollout) \(what)", default: 0] > 1 { breach(.effectTwice, what) }
  }

  // MARK: Nova

  func judgeDisable(_ name: String, _ reason: String, _ world: SimWorld) {
    if let id = world.host(named: name) { checkIntent(id, [.disableService], "a disabling of \(name)") }
    checkLease(name, world, "a disabling")
    if let service = world.services[name], !service.isEnabled, service.reason != reason, !isUnseen(service, world) {
      breach(.tookOthersService, "the reason on \(name) was \(service.reason ?? "none")")
    }
    let ours = world.services.filter { $0.key != name && $0.value.reason?.hasPrefix("sevfleet:") == true }.count + 1
    if ours > limit { breach(.overBudget, "\(ours) hosts are out of service through us, \(limit) may be") }
    taken.remove(name)
  }

  func judgeEnable(_ name: String, _ world: SimWorld) {
    checkLease(name, world, "an enabling")
    guard let service = world.services[name], !service.isEnabled, !isUnseen(service, world) else { return }
    if service.reason?.hasPrefix("sevfleet:\(rollout):") != true {
      breach(.tookOthersService, "\(name) was enabled, and bore \(service.reason ?? "no reason")")
    }
  }

  /// Nova switches a service whatever its reason is by then: who does so between the last look and the act is not seen.
  private func isUnseen(_ service: SimService, _ world: SimWorld) -> Bool {
    service.switchedAt > world.now - Self.blindMilliseconds
  }

  func judgeCold(_ server: SimServer, to destination: String, _ world: SimWorld) {
    judgeSwitchedOff(server, world)
    if server.model == .sevES, !world.canRunSEVES(destination) {
      breach(.sentWhereItCannotRun, "\(server.id) was sent to \(destination), which refuses SEV-ES")
    }
  }

  /// A server begins to run somewhere, whatever was so when it was sent there.
  func judgeLanding(_ server: SimServer, _ world: SimWorld) {
    if server.model == .sevES, server.runsOn != nil, !world.canRunSEVES(server.host) {
      breach(.sentWhereItCannotRun, "\(server.id) came to \(server.host), which refuses SEV-ES")
    }
  }

  func judgeStop(_ server: SimServer, _ world: SimWorld) { judgeSwitchedOff(server, world) }

  private func judgeSwitchedOff(_ server: SimServer, _ world: SimWorld) {
    if let id = world.host(named: server.host) { checkIntent(id, [.moveCold, .stopServer], "a switching off") }
    checkLease(server.host, world, "a switching off")
    let key = "\(rollout) \(server.id)"
    switchedOff[key, default: 0] += 1
    if switchedOff[key, default: 0] > 1 { breach(.switchedOffTwice, "\(server.id) was switched off twice") }
  }

  // MARK: The end

  /// When nobody works on the rollout any more.
  func judgeEnd(_ report: RolloutReport, _ world: SimWorld) {
    for id in planned.subtracting(report.hosts.map(\.change.host)).sorted(by: { $0.rawValue < $1.rawValue }) {
      breach(.unreported, "\(id) is not in the report")
    }
    for row in report.hosts {
      let id = row.change.host
      guard let host = world.hosts[id] else { continue }
      let service = world.services[host.name]
      let isOurs = service?.reason?.hasPrefix("sevfleet:") == true
      switch row.outcome {
      case .pending where report.state == .finished: breach(.unreported, "\(id) is not said to have ended")
      case .converged:
        if host.running != row.change.desired {
          breach(
            .falseSuccess, "\(id) is said to run \(row.change.desired?.description ?? "-"), and runs \(host.running)")
        }
        if isOurs { breach(.leftDisabled, "\(host.name) is disabled by us, and its host converged") }
        judgeDoor(host)
      case .skipped:
        if isOurs { breach(.leftDisabled, "\(host.name) is disabled by us, and its host was given back") }
        judgeDoor(host)
      case .quarantined, .pending: break
      }
    }
  }

  /// Only we stop nova-compute here.
  private func judgeDoor(_ host: SimHost) {
    if host.answers, !host.computeRuns { breach(.leftDisabled, "nova-compute of \(host.name) was left stopped") }
  }
}
