import FleetCore
import FleetEngine
import FleetSim
import Testing

/// Every invariant can be broken, and the simulation notices: a check that never fails checks nothing.
@Suite struct InvariantTests {
  /// Seeds tried until one has what the breach needs, such as a guest that must be switched off.
  private static let seeds = UInt64(1)...40

  private static let breakers: [SimInvariant: @Sendable (inout SimRun) -> Void] = [
    .activatedWithGuests: { run in
      run.wrapHosts = { base, _ in LyingHosts(base: base, observation: { Self.withoutGuests($0) }) }
      run.wrapCompute = { base, _ in LyingCompute(base: base, seen: { Self.withoutServers($0) }) }
    },
    .downgradeByReload: { run in
      run.changePlan = { plan in Self.downgraded(plan) }
    },
    .overBudget: { run in
      run.changePolicy = { policy in
        var policy = policy
        policy.maxUnavailable = .number(20)
        policy.maxDomains = 20
        return policy
      }
    },
    .replacedWithoutBackup: { run in
      run.wrapHosts = { base, _ in
        LyingHosts(
          base: base,
          act: { (_, act) throws(HostError) in
            if case .copyFirmware = act { return true }
            return false
          }, manifest: { _ in .live })
      }
    },
    .switchedOffTwice: { run in
      run.wrapCompute = { base, world in
        LyingCompute(
          base: base,
          afterConfirm: { (base, server) throws(ComputeError) in
            await world.executor.sleep(.seconds(30))
            try? await base.moveCold(server, to: nil)
          })
      }
    },
    .sentWhereItCannotRun: { run in
      run.wrapCompute = { base, world in LyingCompute(base: base, coldDestination: { _ in world.refusesSEVES }) }
    },
    .tookOthersService: { run in
      run.wrapCompute = { base, _ in LyingCompute(base: base, state: { Self.enabledUnlessOurs($0) }) }
    },
    .leftDisabled: { run in
      run.wrapCompute = { base, _ in LyingCompute(base: base, swallowed: Swallowed()) }
    },
    .effectTwice: { run in
      run.wrapHosts = { base, world in
        LyingHosts(
          base: base,
          act: { (host, act) throws(HostError) in
            guard case .reload(_, let parameters) = act else { return false }
            try await base.perform(host, act)
            await world.executor.sleep(.seconds(30))
            try await base.perform(host, .reload(token: "again", parameters: parameters))
            return true
          })
      }
    },
    .undoneIntent: { run in
      run.wrapHosts = { base, _ in
        LyingHosts(
          base: base,
          act: { (host, act) throws(HostError) in
            guard case .upload = act else { return false }
            try await base.perform(host, .closeDoor(.unit(.systemd(unit: "nova-compute.service"))))
            return false
          })
      }
    },
    .ignoredLease: { run in
      run.wrapHosts = { base, _ in LyingHosts(base: base, lease: { Self.ours($0) }, ignoresLease: true) }
    },
    .unreported: { run in
      run.changeReport = { report in
        var report = report
        if !report.hosts.isEmpty { report.hosts[0].outcome = .pending }
        return report
      }
    },
    .falseSuccess: { run in
      run.changeReport = { report in
        var report = report
        for index in report.hosts.indices {
          report.hosts[index].outcome = .converged
          report.hosts[index].change.desired = FirmwareVersion(9, 9, 9)
        }
        return report
      }
    },
  ]

  @Test(arguments: SimInvariant.allCases) func isNoticed(_ invariant: SimInvariant) async throws {
    let breaker = try #require(Self.breakers[invariant])
    for seed in Self.seeds {
      var setup = SimSetup(seed: seed, faults: .none)
      if invariant == .tookOthersService { setup.takenOut = 80 }
      if invariant == .ignoredLease { setup.faults = SimFaults(permille: [.foreignLease: 1000]) }
      var run = SimRun(setup.scenario(try SimRunTests.images.get()))
      breaker(&run)
      let outcome = try await run.run()
      if outcome.breaches.contains(where: { $0.invariant == invariant }) { return }
    }
    Issue.record("\(invariant) was broken on purpose in \(Self.seeds) and nobody noticed")
  }

  // MARK: Lies

  private static func withoutGuests(_ observation: Observation) -> Observation {
    var observation = observation
    observation.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    observation.modules.kvmReferences = 0
    return observation
  }

  private static func withoutServers(_ view: ComputeHostView) -> ComputeHostView {
    var view = view
    view.servers = []
    return view
  }

  /// A plan that calls the way back an upgrade, and reloads for it.
  private static func downgraded(_ plan: Plan) -> Plan {
    var plan = plan
    guard let images = try? SimRunTests.images.get() else { return plan }
    for index in plan.changes.indices where plan.changes[index].activation == .reload {
      let wanted = plan.changes[index].image?.familyModel
      guard let old = images.all.first(where: { $0.image.familyModel == wanted })?.image else { continue }
      plan.changes[index].image = old
      plan.changes[index].desired = old.version
    }
    return plan
  }

  /// Another's lease passed off as this controller's.
  private static func ours(_ lease: HostLease?) -> HostLease? {
    lease.map { HostLease(line: $0.line.replacing(String(repeating: "f", count: 32), with: SimRun.controllerID)) }
  }

  private static func enabledUnlessOurs(_ state: ComputeServiceState) -> ComputeServiceState {
    var state = state
    if state.disabledReason?.hasPrefix("sevfleet:") != true {
      state.isEnabled = true
      state.disabledReason = nil
    }
    return state
  }
}
