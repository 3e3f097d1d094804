import Foundation

/// A small Nova with its Keystone, Placement and Glance, for tests and rehearsals: one HTTP server on 127.0.0.1.
///
/// It answers the calls of a drain as the real services do, status codes, record lags and silent failures included,
/// and moves guests about through a `GuestDriver`. Each state change is one step on this actor; what takes time
/// runs in tasks that end with `stop`.
package actor LabCompute {
  package let settings: LabComputeSettings
  let guestDriver: any GuestDriver
  let clock = ContinuousClock()
  /// Times shown are this date plus what the clock has run since, so that they never go backwards.
  private let epoch: (date: Date, instant: ContinuousClock.Instant)

  var directory: KeystoneDirectory
  var tokenTTL: Duration

  var hosts: [String: NovaHost] = [:]
  /// In the order they were added.
  var hostNames: [String] = []
  /// Deleted ones stay: their ids are still good as page markers.
  var servers: [String: NovaServer] = [:]
  /// Oldest first.
  var serverIDs: [String] = []
  /// By id minus one.
  var migrations: [NovaMigration] = []
  /// Oldest first.
  var actions: [NovaAction] = []
  var flavors: [NovaFlavor] = []
  var images: [GlanceImage] = [.plain, .uefi, .stateless]
  var aggregates: [NovaAggregate] = []
  var groups: [NovaServerGroup] = []

  /// Signals to live migrations that are copying or about to, by record id.
  var liveJobs: [Int: AsyncStream<LiveSignal>.Continuation] = [:]
  /// Every state-changing request so far, oldest first.
  package internal(set) var audit: [AuditEntry] = []

  private var server: ComputeHTTPServer?
  private var work: [Int: Task<Void, Never>] = [:]
  private var nextWork = 0

  package init(settings: LabComputeSettings = LabComputeSettings(), guests: any GuestDriver = NoGuests()) {
    self.settings = settings
    guestDriver = guests
    epoch = (Date(), clock.now)
    directory = KeystoneDirectory(settings: settings)
    tokenTTL = settings.tokenTTL
    flavors = Self.standardFlavors
  }

  // MARK: Life

  /// Opens the port. Hosts and servers can be added before and after.
  /// - Throws: when the port cannot be had.
  package func start() async throws {
    guard server == nil else { return }
    server = try await ComputeHTTPServer.start(port: settings.port) { [weak self] call in
      await self?.answer(call) ?? .empty(503)
    }
  }

  /// Closes the port and ends all work in hand. Guests are left to the driver's owner.
  package func stop() async {
    await server?.stop()
    server = nil
    let tasks = work.values
    for task in tasks { task.cancel() }
    for job in liveJobs.values { job.finish() }
    for task in tasks { await task.value }
    work = [:]
  }

  /// Such as `http://127.0.0.1:40123`; port 0 until `start` has returned.
  package var root: String { "http://127.0.0.1:\(server?.port ?? settings.port)" }
  /// The port it listens on; the one asked for until `start` has returned.
  package var port: Int { server?.port ?? settings.port }

  // MARK: Time and work

  /// Time as the services write it.
  var now: Date { date(clock.now) }

  func date(_ instant: ContinuousClock.Instant) -> Date {
    epoch.date.addingTimeInterval(epoch.instant.duration(to: instant) / .seconds(1))
  }

  /// Runs `body` besides what is going on, until it ends, throws or `stop` is called. What it throws is dropped: by
  /// then the states already say what happened.
  func spawn(_ body: @escaping @Sendable (isolated LabCompute) async throws -> Void) {
    let id = nextWork
    nextWork += 1
    work[id] = Task {
      try? await body(self)
      work[id] = nil
    }
  }

  func pause(_ time: Duration) async throws { try await clock.sleep(for: time) }
}
