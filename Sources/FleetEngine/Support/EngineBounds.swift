/// Every wait of the engine that policy does not set, with its reason.
package struct EngineBounds: Sendable {
  /// Between two looks at something that takes seconds (a move, a confirm): short against the move, long against the
  /// cost of a look, 0.1 to 0.3 s of Nova.
  package var poll = Duration.milliseconds(500)
  /// Between two knocks at a host that reboots; a boot takes minutes.
  package var knock = Duration.seconds(2)
  /// A command that only renames, copies or asks; generous for a loaded host.
  package var command = Duration.seconds(60)
  /// Closing or opening the door: systemd gives a service 90 s to stop before it kills it, and may do that twice.
  package var door = Duration.seconds(180)
  /// Settling on the return path: an abort or a confirm takes Nova seconds, 30 minutes is its own RPC time-out.
  package var settle = Duration.seconds(300)
  /// For a heartbeat after nova-compute was started: Nova reports every 10 s and calls 60 s of silence down.
  package var heartbeat = Duration.seconds(180)
  /// Nova may add a migration record only some time after its 202.
  package var acceptance = Duration.seconds(30)
  /// How long a reset that was issued may leave the host up before it is issued again: a shutdown stops services first.
  package var shutdown = Duration.seconds(300)
  /// How long looks at Nova are repeated while it gives no answer: a rolling restart of its API takes seconds, and what
  /// lasts longer is an outage that a person should see.
  package var outage = Duration.seconds(20)
  /// A drain that is taken up again gets at least this, however late: what is under way must be seen to end.
  package var resumedDrain = Duration.seconds(30)
  /// For the firmware to speak after a boot: `ccp` was seen to log its version 20 to 108 s after the kernel's first
  /// line, and from Linux 6.16 on only when `kvm_amd` loads (FACTS 2.15).
  package var firmwareStart = Duration.seconds(180)
  /// A step whose goal comes about by itself is looked at for this long, the longest such wait and a margin.
  package var inProgress = Duration.seconds(300)
  /// An act is repeated this often when looks show that it did not happen.
  package var maxActs = 3
  /// A server's move is asked for this often.
  package var maxMoveAttempts = 3
  /// Before a move that came to nothing is asked for again, and twice as long each further time: what Nova refuses while
  /// something else is at work on the server is over within seconds.
  package var moveBackoff = Duration.seconds(2)

  package init() {}
}
