import FleetCore
import FleetEngine
import FleetFormats
import FleetPages
import FleetServer
import FleetStore

/// The story of one host as its page tells it.
enum HostPageModel {
  /// Entries of the story, the newest: a host that is worked on every week has that many in years.
  private static let mostEvents = 1_000

  static func make(_ id: HostID, _ source: ServeSource, _ presence: RolloutPresence) throws -> HostPage.Model {
    let context = source.context
    let store = source.store
    let history = try store.history(host: id)
    let declared = context.inventory.host(id)
    guard declared != nil || !history.isEmpty else {
      throw APIProblem(404, "noHost", "the inventory has no host of this name", found: id.rawValue)
    }
    let seen = try store.latestSeen(host: id)?.observation
    let row = try declared.flatMap { try source.complianceReport(of: [$0]).rows.first }
    let quarantine = try store.quarantines()[id]
    let isBusy = try store.hostsInOpenRollouts(begunOnly: true)[id] != nil
    let why = try Why.answer(id, store, source.surroundings(presence, context))
    let floor = try store.floors()[id]
    return HostPage.Model(
      host: id.rawValue,
      standing: quarantine != nil ? .quarantined : isBusy ? .working : HostStanding(row?.state ?? .unknown),
      domain: declared?.failureDomain, target: row?.target, afterReset: row?.afterReboot?.description,
      floor: floor?.version.description, why: why.text,
      next: why.next?.sentence,
      quarantine: quarantine?.sentence, before: before(history), now: seen.map { look($0, context.facts) },
      files: files(seen), events: history.suffix(mostEvents).reversed().map(event))
  }

  private static func look(_ seen: Observation, _ facts: Facts) -> HostPage.Look {
    HostPage.Look(
      at: seen.observedAt, version: RunningFirmware.judge(seen.firmware).version?.description, tcb: seen.tcb.platform,
      reportedTCB: seen.tcb.reported, features: SEVFeatures.judge(seen, facts: facts))
  }

  /// What the journal said of it before what runs changed last; `nil`: it never did.
  private static func before(_ history: [JournalEntry]) -> HostPage.Look? {
    let told = history.compactMap { entry in entry.event.facts.map { (at: entry.at, facts: $0) } }
      .filter { $0.facts.version != nil }
    guard let newest = told.last,
      let before = told.last(where: { $0.facts.version != newest.facts.version || $0.facts.tcb != newest.facts.tcb })
    else { return nil }
    return HostPage.Look(
      at: before.at, version: before.facts.version?.description, tcb: before.facts.tcb,
      reportedTCB: before.facts.reportedTCB, features: before.facts.features)
  }

  private static func files(_ seen: Observation?) -> [HostPage.File] {
    guard let seen else { return [] }
    let winner = seen.cpu.flatMap { cpu in
      seen.nextBootKernel.flatMap { kernel in
        EffectiveFile.resolve(cpu: cpu, files: seen.files, search: seen.searchAfterReset, kernel: kernel).winner
      }
    }
    return seen.files.map { file in
      HostPage.File(
        path: file.path, version: file.version?.description, sha256: file.sha256 ?? "unread",
        isEffective: file.path == winner?.path)
    }
  }

  private static func event(_ entry: JournalEntry) -> HostPage.Event {
    HostPage.Event(
      seq: entry.seq, at: entry.at, kind: entry.event.kind, text: entry.event.sentence, rollout: entry.rollout,
      tone: tone(entry.event))
  }

  private static func tone(_ event: JournalEvent) -> Tone {
    switch event {
    case .run(let event): tone(event)
    case .rolloutHalted: .bad
    case .rolloutPaused, .combinationPaused, .sevESLossAccepted: .warn
    case .finding: .alert
    case .rolloutStarted, .rolloutResumed, .hostDispatched: .busy
    case .rolloutFinished: .good
    case .waveJudged(_, let failures): failures.isEmpty ? .good : .alert
    case .observed, .backupMade, .waveStarted, .soakStarted, .rolloutScheduled, .rolloutApproved, .rolloutLeft,
      .audited:
      .info
    }
  }

  private static func tone(_ event: HostRun.Event) -> Tone {
    switch event {
    case .quarantined: .bad
    case .stepFailed, .undoFailed, .skipped: .alert
    case .effectObserved(_, .failed): .alert
    case .stepSucceeded, .effectObserved, .released, .restoreEnded: .good
    case .returnStarted, .returnResumed, .restoreStarted, .restoreResumed, .drainReentered, .undone: .warn
    case .stepStarted, .stepResumed, .effectIntended: .busy
    case .recorded: .info
    }
  }
}
