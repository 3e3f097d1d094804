package import FleetCore

/// `sevfleet.plan/1`.
package struct PlanDocument: Encodable, Sendable {
  package struct Change: Encodable, Sendable {
    package struct Drain: Encodable, Sendable {
      package struct Server: Encodable, Sendable {
        var id: String
        var name: String
        var project: String
        var model: EncryptionModel
        var move: ServerMove.Move
        var destination: String?
        var why: String
        /// `null`: not told.
        var burden: Burden?
        /// `null`: nothing is copied, or a size is not told.
        var estimate: Estimate?
      }

      package struct Burden: Encodable, Sendable {
        var devices: [MoveBurden.Device]
        var dedicatedCPUs: Bool
        /// `null`: ordinary pages, or any.
        var hugePages: String?
        /// `null`: not told.
        var localDiskGiB: Int?
      }

      package struct Estimate: Encodable, Sendable {
        var seconds: Int64
        var memoryMiB: Int
        var diskGiB: Int
        var rateMiBPerSecond: Int
        /// Where the rate comes from.
        var source = "drain.move_rate"
      }

      var needed: Bool
      var servers: [Server]
      /// All moves one after the other; `null`: nothing moves, or the time of one is not known.
      var estimatedSeconds: Int64?
      /// Ids of anti-affinity groups; hosts that share one are not under work at once.
      var peerGroups: [String]
    }

    package struct SEVES: Encodable, Sendable {
      var verdict: SEVESImpact.Verdict
      var servers: [String]
      var text: String
      var accepted: Bool
    }

    /// As `AttestationImpact`, with an unknown report version told as such.
    package struct Attestation: Encodable, Sendable {
      var vcekChanges: Bool
      var reportedTCBReset: Bool
      var vlekLost: Bool
      var reportVersion: ReportVersionStep
    }

    var host: HostID
    var wave: Int
    var expected: FirmwareVersion
    var desired: FirmwareVersion?
    var imageSHA256: String?
    var direction: HostChange.Direction
    var activation: HostChange.Activation
    var kernelChange: KernelChange?
    var drain: Drain
    var sevES: SEVES
    var attestation: Attestation
    var package: PackageTreatment?
    var floor: FirmwareVersion?
    var stagePath: String?
    var standing: Standing?
    var reasons: [Reason]
    var reopens: [ReopenedBulletin]?
  }

  package struct Excluded: Encodable, Sendable {
    var host: HostID
    var kind: ExclusionKind
    var expected: String?
    var found: String?
    var text: String
    var rule: String
  }

  /// When a host was seen last, as far as this plan knows; not part of its id.
  package struct Seen: Encodable, Sendable {
    var host: HostID
    var observedAt: Instant
  }

  package var schema = "sevfleet.plan/1"
  package var id: String
  package var createdAt: Instant
  package var changes: [Change]
  package var upToDate: [HostID]
  package var excluded: [Excluded]
  package var restarts: Int
  package var emergency: String?
  package var observed: [Seen]

  package init(_ plan: Plan, id: String, createdAt: Instant, observedAt: [HostID: Instant] = [:]) {
    self.id = id
    self.createdAt = createdAt
    changes = plan.changes.map(Change.init)
    upToDate = plan.upToDate
    excluded = plan.excluded.map(Excluded.init)
    restarts = plan.restarts.count
    emergency = plan.options.emergency
    observed = observedAt.sorted { $0.key < $1.key }.map { Seen(host: $0.key, observedAt: $0.value) }
  }
}

extension PlanDocument.Excluded {
  init(_ excluded: Plan.PlannedExclusion) {
    let exclusion = excluded.exclusion
    self.init(
      host: excluded.host, kind: exclusion.kind, expected: exclusion.expected, found: exclusion.found,
      text: exclusion.text, rule: exclusion.rule)
  }
}

extension PlanDocument.Change {
  init(_ change: HostChange) {
    self.init(
      host: change.host, wave: change.wave, expected: change.expected, desired: change.desired,
      imageSHA256: change.image?.sha256, direction: change.direction, activation: change.activation,
      kernelChange: change.kernelChange,
      drain: Drain(
        needed: change.drain.needed,
        servers: change.drain.servers.map(Drain.Server.init), estimatedSeconds: change.drain.estimatedSeconds,
        peerGroups: change.drain.peerGroups ?? []),
      sevES: SEVES(
        verdict: change.sevES.verdict, servers: change.sevES.servers, text: change.sevES.text,
        accepted: change.sevES.accepted),
      attestation: Attestation(
        vcekChanges: change.attestation.vcekChanges, reportedTCBReset: change.attestation.reportedTCBReset,
        vlekLost: change.attestation.vlekLost,
        reportVersion: change.attestation.reportVersion ?? ReportVersionStep(before: nil, after: nil)),
      package: change.package, floor: change.floor, stagePath: change.stagePath,
      standing: change.standing, reasons: change.reasons, reopens: change.reopens)
  }
}

extension PlanDocument.Change.Drain.Server {
  init(_ move: ServerMove) {
    self.init(
      id: move.id, name: move.name, project: move.project, model: move.model, move: move.move,
      destination: move.destinations.first, why: move.why,
      burden: move.burden.map {
        .init(
          devices: $0.devices, dedicatedCPUs: $0.hasDedicatedCPUs, hugePages: $0.hugePages,
          localDiskGiB: $0.localDiskGB)
      },
      estimate: move.estimate.map {
        .init(seconds: $0.seconds, memoryMiB: $0.memoryMB, diskGiB: $0.diskGB, rateMiBPerSecond: $0.rate)
      })
  }
}
