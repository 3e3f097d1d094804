import FleetCore
import FleetStore

/// Writes down what a look outside a run found changed: firmware that a package, a reboot or a person brought.
struct DriftJournal {
  private let services: EngineServices

  init(_ services: EngineServices) { self.services = services }

  /// Looks that tell what is so now. A look takes its time, and a rollout may have worked on the host meanwhile: what was
  /// seen then is older than what the rollout saw. `seq`: the newest entry of the journal when the looks began.
  func current(
    _ looks: [(HostID, Result<Observation, ProbeFailure>)], since seq: Int64
  ) throws -> [(HostID, Result<Observation, ProbeFailure>)] {
    let changed = try services.store.hostsWorkedOn(after: seq)
    return looks.filter { !changed.contains($0.0) }
  }

  /// Hosts that a rollout is at work on are left out: their change is its own. A quarantined one was left to a person,
  /// who has to hear what became of it.
  func record(_ looks: [(HostID, Result<Observation, ProbeFailure>)], at: Instant) throws {
    let told = try services.store.latestFacts(looks.map(\.0))
    let floors = try services.store.floors()
    let held = Set(try services.store.openRollouts().flatMap(\.hostsUnderWork))
    let quarantined = Set(try services.store.quarantines().keys)
    var events: [(event: JournalEvent, host: HostID?)] = []
    for (host, look) in looks where !held.contains(host) {
      guard case .success(let observation) = look else { continue }
      let now = facts(observation, floors[host])
      let before = told[host]?.event.facts
      // What is known of it is from before a run that may have replaced the file and asked for the reboot.
      let isOlderThanRun = quarantined.contains(host) && told[host]?.event.isBeforeRun == true
      let reboot = isOlderThanRun ? nil : before.flatMap { Self.armedReboot($0, now) }
      if let reboot { events.append((reboot, host)) }
      // Also after a reboot that changed nothing: told once is enough.
      let isNews = before.map { Self.differ($0, now) } ?? true
      if isNews || reboot != nil { events.append((.observed(now), host)) }
    }
    if !events.isEmpty { try services.store.append(events, rollout: nil, at: at) }
  }

  /// What people ask of the past; a kernel or a boot id changes with every reboot and says nothing of firmware.
  private static func differ(_ before: RunFacts, _ now: RunFacts) -> Bool {
    before.version != now.version || before.tcb != now.tcb || before.features != now.features
      || before.afterReboot != now.afterReboot
  }

  /// Any reboot of an armed host applies the file that lies there; nobody here asked for this one.
  private static func armedReboot(_ before: RunFacts, _ now: RunFacts) -> JournalEvent? {
    guard before.armed == true, let was = before.bootID, let boot = now.bootID, was != boot else { return nil }
    let ran = before.version?.description ?? "an unknown version"
    let armed = before.afterReboot?.description ?? "an unknown version"
    return .finding(
      kind: "armedReboot",
      text: "it rebooted outside a rollout while armed: \(ran) ran and \(armed) lay ready; "
        + "\(now.version?.description ?? "an unknown version") runs now")
  }

  private func facts(_ observation: Observation, _ stored: FloorEvidence?) -> RunFacts {
    let running = RunningFirmware.judge(observation.firmware).version
    let floor = FloorEvidence.inForce(observation, stored: stored)
    return RunFacts(
      version: running, tcb: observation.tcb.platform, reportedTCB: observation.tcb.reported,
      tcbSource: observation.tcb.source, features: SEVFeatures.judge(observation, facts: services.facts),
      bootID: observation.bootID, kernel: observation.kernel,
      afterReboot: AfterReset.judge(observation, running: running, floor: floor?.version).version,
      computeUnit: observation.computeUnit, parameters: observation.parameters)
  }
}

extension JournalEvent {
  /// Whether it tells what a run saw before it did anything.
  fileprivate var isBeforeRun: Bool {
    if case .run(.recorded(.before, _)) = self { return true }
    return false
  }
}
