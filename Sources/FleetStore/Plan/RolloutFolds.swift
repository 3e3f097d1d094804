import FleetCore

/// The runs of the hosts of each open rollout, as far as their journal was read.
struct RolloutFolds {
  private struct Fold {
    var plan: Plan
    var runs: [HostID: HostRun]
    var lastSeq: Int64 = 0
  }

  private var folds: [String: Fold] = [:]

  /// Forgets every rollout that is not among these.
  mutating func keep(_ rollouts: [String]) {
    let open = Set(rollouts)
    folds = folds.filter { open.contains($0.key) }
  }

  func plan(of rollout: String) -> Plan? { folds[rollout]?.plan }

  /// `seq` of the newest entry that was folded; 0: none was.
  func lastSeq(of rollout: String) -> Int64 { folds[rollout]?.lastSeq ?? 0 }

  /// Folds the entries that are new. Throws `corrupt`; what was folded before stays as it was.
  mutating func runs(
    of rollout: String, plan: Plan, taking entries: [JournalEntry]
  ) throws(StoreError) -> [HostID: HostRun] {
    var fold =
      folds[rollout]
      ?? Fold(
        plan: plan,
        runs: Dictionary(
          plan.changes.map { ($0.host, HostRun(steps: $0.steps)) }, uniquingKeysWith: { first, _ in first }))
    for entry in entries {
      if case .run(let event) = entry.event, let host = entry.host, var run = fold.runs[host] {
        do throws(HostRun.IllegalEvent) {
          try run.apply(event)
        } catch {
          throw .corrupt(seq: entry.seq, text: "event \(event.kind) of \(host) cannot follow \(error.state)")
        }
        fold.runs[host] = run
      }
      fold.lastSeq = entry.seq
    }
    folds[rollout] = fold
    return fold.runs
  }
}
