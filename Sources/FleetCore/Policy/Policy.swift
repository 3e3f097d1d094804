/// The operator's knobs as INTERFACE lists them; the values here are the defaults.
package struct Policy: Hashable, Sendable, Codable {
  package struct Activation: Hashable, Sendable, Codable {
    package var reload = true
    package var reboot = true
    package var allowKernelChange = false
    package var computeStop = ComputeStop.auto

    package init() {}
  }

  /// How the door is closed (RULES E1).
  package enum ComputeStop: Hashable, Sendable, Codable {
    case auto
    case none
    case unit(String)
    /// One argv that stops; started again by the same argv with `start` in place of `stop`.
    case command([String])
  }

  package struct Drain: Hashable, Sendable, Codable {
    /// What may happen to a confidential server.
    package enum SEV: String, Hashable, Sendable, Codable, CaseIterable { case wait, cold, stop }
    package enum Shutoff: String, Hashable, Sendable, Codable, CaseIterable { case leave, move }

    /// What may happen to a server that holds a PCI device of its host: nothing, or a live move because every alias is
    /// `live_migratable` (Nova 31 and newer).
    package enum Devices: String, Hashable, Sendable, Codable, CaseIterable { case wait, live }

    /// What happens, once the host is given back, to servers that were moved away live: they stay where they are, or
    /// are moved home, also live.
    package enum ReturnHome: String, Hashable, Sendable, Codable, CaseIterable { case none, live }

    package var sev = SEV.wait
    package var shutoff = Shutoff.leave
    /// Live moves asked for at once, per host.
    package var live = 4
    /// Cold moves at once, per host.
    package var cold = 1
    /// Moves at once, fleet-wide.
    package var maxMoves = 20
    /// How long a cold-moved server must show its power state before it is confirmed.
    package var confirmAfter = Duration.seconds(120)
    package var deadline = Duration.seconds(30 * 60)
    package var devices = Devices.wait
    /// MiB a second at which a move is thought to copy: what one stream does on a 10 Gbit/s link that others use too.
    package var moveRate = 200
    package var returnHome = ReturnHome.none

    package init() {}
  }

  package enum SEVESLoss: String, Hashable, Sendable, Codable, CaseIterable { case block, allow }
  package enum StageInto: String, Hashable, Sendable, Codable, CaseIterable { case amd, updates }
  package enum Packages: String, Hashable, Sendable, Codable, CaseIterable { case accept, hold, divert, updates }

  package struct Deadlines: Hashable, Sendable, Codable {
    package var connect = Duration.seconds(10)
    package var probe = Duration.seconds(60)
    package var reload = Duration.seconds(120)
    package var reboot = Duration.seconds(20 * 60)
    package var initramfs = Duration.seconds(10 * 60)

    package init() {}
  }

  /// One hook (RULES H).
  package struct Hook: Hashable, Sendable, Codable {
    package var argv: [String]
    package var timeout: Duration

    package init(argv: [String], timeout: Duration) {
      self.argv = argv
      self.timeout = timeout
    }
  }

  package enum HookPoint: String, Hashable, Sendable, Codable, CaseIterable {
    case preDrain = "pre_drain"
    case preActivate = "pre_activate"
    case postVerify = "post_verify"
    case postUncordon = "post_uncordon"
    /// After the soak of a wave, once for the wave: the fleet's own word on whether the next may begin.
    case postSoak = "post_soak"
    case powerCycle = "power_cycle"
  }

  package var activation = Activation()
  package var drain = Drain()
  package var sevESLoss = SEVESLoss.block
  package var stageInto = StageInto.amd
  package var packages = Packages.accept
  package var maxUnavailable = Amount.number(1)
  /// Quarantined hosts tolerated before the run halts.
  package var maxFailures = Amount.number(0)
  /// Failure domains under work at once.
  package var maxDomains = 1
  package var waves: [Amount] = [.number(1), .percent(5), .percent(25), .percent(100)]
  package var soak = Duration.seconds(600)
  package var deadlines = Deadlines()
  package var hooks: [HookPoint: Hook] = [:]
  package var emergency = Emergency()
  /// How long a host may be elsewhere than its target wants it; `nil`: nobody counts.
  package var complyWithin: Duration?

  package init() {}
}

/// A number of hosts, or a share of them.
package enum Amount: Hashable, Sendable, Codable, CustomStringConvertible {
  case number(Int)
  /// 0 to 100.
  case percent(Int)

  /// Percentages round down, at least 1 (0 % stays 0).
  package func of(_ total: Int) -> Int {
    switch self {
    case .number(let count): count
    case .percent(0): 0
    case .percent(let share): max(1, total * share / 100)
    }
  }

  package var description: String {
    switch self {
    case .number(let count): "\(count)"
    case .percent(let share): "\(share)%"
    }
  }
}

extension Policy.HookPoint: CodingKeyRepresentable {
  package var codingKey: any CodingKey { TextKey(stringValue: rawValue) }
  package init?(codingKey: some CodingKey) { self.init(rawValue: codingKey.stringValue) }
}
