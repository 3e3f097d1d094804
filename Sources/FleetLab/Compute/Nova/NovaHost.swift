import Foundation

/// What the hypervisor of a host holds for one server.
enum GuestState: Sendable {
  case running, paused
  /// On the host, without a process.
  case off
}

/// One compute host with its nova-compute service.
struct NovaHost: Sendable {
  let name: String
  let vcpus: Int
  let memoryMB: Int
  let diskGB: Int
  let serviceID: String
  let serviceNumber: Int
  let providerID: String
  let childProviders: [LabGuest.Model: String]
  /// MEM_ENCRYPTION_CONTEXT by model; a model that is absent is not offered.
  var slots: [LabGuest.Model: Int]
  /// How many times over its memory may be promised (`ram_allocation_ratio`).
  var memoryRatio = 1.0

  // The service's record.
  var isDisabled = false
  var disabledReason: String?
  var isForcedDown = false
  /// When the record was last written by somebody else than the heartbeat.
  var recordWritten: ContinuousClock.Instant

  // The process.
  var isRunning = true
  var isFrozen = false
  /// Since when it sends heartbeats; nil while it does not.
  var beatsSince: ContinuousClock.Instant?
  /// The last heartbeat before `beatsSince` became nil.
  var lastBeat: ContinuousClock.Instant
  /// Counts starts: work of an earlier process never goes on.
  var incarnation = 0

  /// By server id; outlives the service's process.
  var guests: [String: GuestState] = [:]
  /// Live migrations that run from here, and those that wait, by record id.
  var running: Set<Int> = []
  var waiting: [Int] = []
  /// Confirms sent to the service while its process was dead.
  var unreadConfirms: [Int] = []

  /// The newest heartbeat at `now`: they come at a fixed interval, so no timer is needed to send them.
  func heartbeat(at now: ContinuousClock.Instant, every interval: Duration) -> ContinuousClock.Instant {
    guard let beatsSince else { return lastBeat }
    let beats = Int(beatsSince.duration(to: now) / interval)
    return beatsSince.advanced(by: interval * beats)
  }

  mutating func stopBeating(at now: ContinuousClock.Instant, every interval: Duration) {
    lastBeat = heartbeat(at: now, every: interval)
    beatsSince = nil
  }
}

/// A host aggregate.
struct NovaAggregate: Sendable {
  let id: Int
  let uuid: String
  let name: String
  let created: Date
  var hosts: [String]
  var metadata: [String: String]
  var zone: String? { metadata["availability_zone"] }
}

/// A server group.
struct NovaServerGroup: Sendable {
  let id: String
  let name: String
  let policy: String
  let projectID: String
  let userID: String
  /// Largest number of members on one host, for `anti-affinity`.
  let maxPerHost: Int
}
