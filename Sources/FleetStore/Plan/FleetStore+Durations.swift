package import FleetCore

extension FleetStore {
  /// Rollouts looked through: some hundred hosts each, and only the newest runs of a kind count.
  private static let rolloutsLookedThrough = 50
  /// Hosts after which no older rollout is read: many times what one kind needs, and some tenths of a second.
  package static let mostDurations = 500

  /// How long hosts took that converged, the newest rollouts first. A rollout whose journal cannot be believed is left
  /// out: an estimate must not keep anybody from working.
  package func hostDurations() throws(StoreError) -> [HostEstimate.Sample] {
    var samples: [HostEstimate.Sample] = []
    for record in try rollouts().prefix(Self.rolloutsLookedThrough) where !record.isWaiting {
      guard samples.count < Self.mostDurations else { break }
      let entries: [JournalEntry]
      let plan: Plan
      do throws(StoreError) {
        entries = try self.entries(rollout: record.id)
        plan = try self.plan(id: record.plan).plan
      } catch {
        switch error.kind {
        case .corrupt, .corruptRecord: continue
        case .missing, .readOnly, .locked, .fenced, .busy, .file, .schemaNewer, .schemaOlder, .migrationFailed,
          .notEncodable,
          .notFound, .ambiguous, .tooShort, .immutable, .hostTaken, .blobMissing, .blobDamaged, .blobTooLarge,
          .database:
          throw error
        }
      }
      samples += Self.samples(record, plan, entries)
    }
    return samples
  }

  private static func samples(
    _ record: RolloutRecord, _ plan: Plan, _ entries: [JournalEntry]
  ) -> [HostEstimate.Sample] {
    let now = entries.last?.at ?? record.createdAt
    let folded = try? RolloutReport.fold(id: record.id, planID: record.plan, plan: plan, entries: entries, now: now)
    let worked = WorkedTime(entries)
    return (folded?.hosts ?? []).compactMap { row in
      guard row.outcome == .converged, row.change.activation != .none, let start = row.startedAt,
        let end = row.steps.compactMap(\.endedAt).max()
      else { return nil }
      return HostEstimate.Sample(key: HostEstimate.Key(row.change), duration: worked.between(start, end))
    }
  }
}
