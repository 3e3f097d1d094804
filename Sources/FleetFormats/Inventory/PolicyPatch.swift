package import FleetCore

/// The knobs that one place of the inventory states; `nil` is not said here.
package struct PolicyPatch: Hashable, Sendable, Codable {
  package struct Activation: Hashable, Sendable, Codable {
    package var reload: Bool?
    package var reboot: Bool?
    package var allowKernelChange: Bool?
    package var computeStop: Policy.ComputeStop?
  }

  package struct Drain: Hashable, Sendable, Codable {
    package var sev: Policy.Drain.SEV?
    package var shutoff: Policy.Drain.Shutoff?
    package var live: Int?
    package var cold: Int?
    package var maxMoves: Int?
    package var confirmAfter: Duration?
    package var deadline: Duration?
    package var devices: Policy.Drain.Devices?
    package var moveRate: Int?
    package var returnHome: Policy.Drain.ReturnHome?
  }

  package struct Deadlines: Hashable, Sendable, Codable {
    package var connect: Duration?
    package var probe: Duration?
    package var reload: Duration?
    package var reboot: Duration?
    package var initramfs: Duration?
  }

  package struct Emergency: Hashable, Sendable, Codable {
    package var maxUnavailable: Amount?
    package var maxFailures: Amount?
    package var maxMoves: Int?
    package var waves: [Amount]?
    package var approvals: Int?
  }

  /// What is said about one hook.
  package enum HookWord: Hashable, Sendable, Codable {
    case none
    case run(Policy.Hook)
  }

  package var activation = Activation()
  package var drain = Drain()
  package var sevESLoss: Policy.SEVESLoss?
  package var stageInto: Policy.StageInto?
  package var packages: Policy.Packages?
  package var maxUnavailable: Amount?
  package var maxFailures: Amount?
  package var maxDomains: Int?
  package var waves: [Amount]?
  package var soak: Duration?
  package var deadlines = Deadlines()
  package var hooks: [Policy.HookPoint: HookWord] = [:]
  package var emergency = Emergency()
  package var complyWithin: Duration?

  package init() {}

  package var isEmpty: Bool { self == PolicyPatch() }

  package func applied(to base: Policy) -> Policy {
    var policy = base
    set(&policy.sevESLoss, sevESLoss)
    set(&policy.stageInto, stageInto)
    set(&policy.packages, packages)
    set(&policy.maxUnavailable, maxUnavailable)
    set(&policy.maxFailures, maxFailures)
    set(&policy.maxDomains, maxDomains)
    set(&policy.waves, waves)
    set(&policy.soak, soak)
    if let complyWithin { policy.complyWithin = complyWithin }
    apply(to: &policy.activation)
    apply(to: &policy.drain)
    apply(to: &policy.deadlines)
    apply(to: &policy.emergency)
    for (point, word) in hooks {
      switch word {
      case .none: policy.hooks[point] = nil
      case .run(let hook): policy.hooks[point] = hook
      }
    }
    return policy
  }

  private func apply(to base: inout Policy.Activation) {
    set(&base.reload, activation.reload)
    set(&base.reboot, activation.reboot)
    set(&base.allowKernelChange, activation.allowKernelChange)
    set(&base.computeStop, activation.computeStop)
  }

  private func apply(to base: inout Policy.Drain) {
    set(&base.sev, drain.sev)
    set(&base.shutoff, drain.shutoff)
    set(&base.live, drain.live)
    set(&base.cold, drain.cold)
    set(&base.maxMoves, drain.maxMoves)
    set(&base.confirmAfter, drain.confirmAfter)
    set(&base.deadline, drain.deadline)
    set(&base.devices, drain.devices)
    set(&base.moveRate, drain.moveRate)
    set(&base.returnHome, drain.returnHome)
  }

  private func apply(to base: inout Policy.Deadlines) {
    set(&base.connect, deadlines.connect)
    set(&base.probe, deadlines.probe)
    set(&base.reload, deadlines.reload)
    set(&base.reboot, deadlines.reboot)
    set(&base.initramfs, deadlines.initramfs)
  }

  private func apply(to base: inout Policy.Emergency) {
    set(&base.maxUnavailable, emergency.maxUnavailable)
    set(&base.maxFailures, emergency.maxFailures)
    set(&base.maxMoves, emergency.maxMoves)
    set(&base.waves, emergency.waves)
    set(&base.approvals, emergency.approvals)
  }

  private func set<Value>(_ place: inout Value, _ value: Value?) {
    if let value { place = value }
  }
}
