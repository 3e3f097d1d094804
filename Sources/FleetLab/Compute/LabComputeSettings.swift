/// How the lab's compute API is set up; fixed for its life, except the token's time to live.
package struct LabComputeSettings: Sendable {
  /// How Nova refuses to live-migrate an encrypted server: 400 since release 24, 409 before.
  package enum EncryptedRefusal: Sendable { case badRequest, conflict }

  /// TCP port on 127.0.0.1; 0 lets the system choose.
  package var port = 0
  package var times = LabComputeTimes()
  /// Newest Nova microversion offered; lower it to meet an older release.
  package var maximumMicroversion = NovaVersion(2, 104)
  package var encryptedRefusal = EncryptedRefusal.badRequest
  /// Time to live of a token issued from now on.
  package var tokenTTL = Duration.seconds(3600)
  /// Live migrations that run at once from one source host (Nova's `max_concurrent_live_migrations`).
  package var liveMigrationsPerHost = 1
  /// Largest page of a listing (Nova's `max_limit`).
  package var pageLimit = 1000
  /// Virtual CPUs offered for each physical one (Nova's `initial_cpu_allocation_ratio`).
  package var cpuRatio = 4.0
  /// Memory kept for the host itself, in MiB (Nova's `reserved_host_memory_mb`).
  package var reservedMemoryMB = 512
  /// Whether the catalog shows Glance; the test bed with the real Nova has none.
  package var hasImageService = true
  /// Whether Glance answers without a look at the token: it then stands beside somebody else's Keystone.
  package var isImageServiceOpen = false
  package var adminPassword = "lab-admin"
  package var demoPassword = "lab-demo"
  /// nova-compute refuses to start on a host that lost the encryption model of a server it holds.
  package var lostModelStopsCompute = false

  package init() {}
}

/// How long things take. All are far shorter than on a real cloud, none is zero, so that every state can be seen.
package struct LabComputeTimes: Sendable {
  /// The copy of a live migration.
  package var live = Duration.milliseconds(150)
  /// The copy of a cold migration.
  package var cold = Duration.milliseconds(100)
  /// One step of conductor or scheduler, after the 202.
  package var conductor = Duration.milliseconds(20)
  /// By how much a migration record, or the server behind it, turns later than its other half.
  package var recordLag = Duration.milliseconds(30)
  /// The source's clean-up behind a confirmed resize.
  package var confirm = Duration.milliseconds(30)
  /// A stop or a start.
  package var power = Duration.milliseconds(20)
  /// A build, once it is on its host.
  package var spawn = Duration.milliseconds(50)
  /// Between two heartbeats of a nova-compute (Nova's `report_interval`).
  package var reportInterval = Duration.milliseconds(300)
  /// Silence after which a service counts as down (Nova's `service_down_time`).
  package var serviceDown = Duration.seconds(2)
  /// How long Nova waits for an answer of a dead nova-compute (Nova's RPC time-outs).
  package var messagingTimeout = Duration.seconds(2)
  /// After this a hung migration fails by itself.
  package var hangLimit = Duration.seconds(900)

  package init() {}
}
