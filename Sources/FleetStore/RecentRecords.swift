import FleetCore
import Synchronization

/// Records that were read or written lately, as values: to decode them again would be most of the work of a read.
///
/// Nothing is believed because it is kept here. A record is only used where the row that was just read bears the same
/// seal, so what another process wrote, or took back, is never missed.
final class RecentRecords: Sendable {
  /// A rollout of a hundred hosts writes so many entries while one of them is drained; some kB each, 20 MB at most.
  private static let maxEntries = 8_192
  /// The newest look of each host; some 10 kB each, 10 MB at most.
  private static let maxLooks = 1_024
  /// Plans of rollouts that are open at once; a plan of a thousand hosts has some MB.
  private static let maxPlans = 8

  private struct Entry {
    var chain: String
    var entry: JournalEntry
  }

  private struct State {
    var entries: [Entry?] = []
    var looks: [HostID: (id: Int64, look: StoredObservation)] = [:]
    var plans: [String: (sha256: String, plan: Plan)] = [:]
    var quarantines: (seal: Int64, hosts: [HostID: Quarantine])?
  }

  private let state = Mutex(State())

  /// The entry with this number and this seal; `nil`: it is not kept.
  func entry(seq: Int64, chain: String) -> JournalEntry? {
    state.withLock { state in
      let place = Self.place(of: seq)
      guard place < state.entries.count, let kept = state.entries[place], kept.entry.seq == seq, kept.chain == chain
      else { return nil }
      return kept.entry
    }
  }

  func keep(_ entry: JournalEntry, chain: String) {
    state.withLock { state in
      let place = Self.place(of: entry.seq)
      while state.entries.count <= place { state.entries.append(nil) }
      state.entries[place] = Entry(chain: chain, entry: entry)
    }
  }

  private static func place(of seq: Int64) -> Int { Int(seq % Int64(maxEntries)) }

  /// The look with this number; `nil`: it is not kept. A number is never given twice.
  func look(id: Int64, of host: HostID) -> StoredObservation? {
    state.withLock { state in
      guard let kept = state.looks[host], kept.id == id else { return nil }
      return kept.look
    }
  }

  func keep(_ look: StoredObservation, id: Int64) {
    state.withLock { state in
      guard state.looks.count < Self.maxLooks || state.looks[look.host] != nil else { return }
      if let kept = state.looks[look.host], kept.id > id { return }
      state.looks[look.host] = (id, look)
    }
  }

  func plan(id: String, sha256: String) -> Plan? {
    state.withLock { state in
      guard let kept = state.plans[id], kept.sha256 == sha256 else { return nil }
      return kept.plan
    }
  }

  func keep(_ plan: Plan, id: String, sha256: String) {
    state.withLock { state in
      if state.plans.count >= Self.maxPlans, state.plans[id] == nil { state.plans = [:] }
      state.plans[id] = (sha256, plan)
    }
  }

  /// The quarantines as of the newest entry that sets or lifts one.
  func quarantines(seal: Int64) -> [HostID: Quarantine]? {
    state.withLock { $0.quarantines?.seal == seal ? $0.quarantines?.hosts : nil }
  }

  func keep(quarantines: [HostID: Quarantine], seal: Int64) {
    state.withLock { $0.quarantines = (seal, quarantines) }
  }
}
