package import FleetCore

extension PolicyPatch {
  /// What turns `base` into `wanted`.
  package init(from base: Policy, to wanted: Policy) {
    self.init()
    sevESLoss = changed(base.sevESLoss, wanted.sevESLoss)
    stageInto = changed(base.stageInto, wanted.stageInto)
    packages = changed(base.packages, wanted.packages)
    maxUnavailable = changed(base.maxUnavailable, wanted.maxUnavailable)
    maxFailures = changed(base.maxFailures, wanted.maxFailures)
    maxDomains = changed(base.maxDomains, wanted.maxDomains)
    waves = changed(base.waves, wanted.waves)
    soak = changed(base.soak, wanted.soak)
    complyWithin = base.complyWithin == wanted.complyWithin ? nil : wanted.complyWithin
    activation = Activation(
      reload: changed(base.activation.reload, wanted.activation.reload),
      reboot: changed(base.activation.reboot, wanted.activation.reboot),
      allowKernelChange: changed(base.activation.allowKernelChange, wanted.activation.allowKernelChange),
      computeStop: changed(base.activation.computeStop, wanted.activation.computeStop))
    drain = Drain(
      sev: changed(base.drain.sev, wanted.drain.sev), shutoff: changed(base.drain.shutoff, wanted.drain.shutoff),
      live: changed(base.drain.live, wanted.drain.live), cold: changed(base.drain.cold, wanted.drain.cold),
      maxMoves: changed(base.drain.maxMoves, wanted.drain.maxMoves),
      confirmAfter: changed(base.drain.confirmAfter, wanted.drain.confirmAfter),
      deadline: changed(base.drain.deadline, wanted.drain.deadline),
      devices: changed(base.drain.devices, wanted.drain.devices),
      moveRate: changed(base.drain.moveRate, wanted.drain.moveRate),
      returnHome: changed(base.drain.returnHome, wanted.drain.returnHome))
    deadlines = Deadlines(
      connect: changed(base.deadlines.connect, wanted.deadlines.connect),
      probe: changed(base.deadlines.probe, wanted.deadlines.probe),
      reload: changed(base.deadlines.reload, wanted.deadlines.reload),
      reboot: changed(base.deadlines.reboot, wanted.deadlines.reboot),
      initramfs: changed(base.deadlines.initramfs, wanted.deadlines.initramfs))
    emergency = Emergency(
      maxUnavailable: changed(base.emergency.maxUnavailable, wanted.emergency.maxUnavailable),
      maxFailures: changed(base.emergency.maxFailures, wanted.emergency.maxFailures),
      maxMoves: changed(base.emergency.maxMoves, wanted.emergency.maxMoves),
      waves: changed(base.emergency.waves, wanted.emergency.waves),
      approvals: changed(base.emergency.approvals, wanted.emergency.approvals))
    for point in Policy.HookPoint.allCases where wanted.hooks[point] != base.hooks[point] {
      hooks[point] = wanted.hooks[point].map(HookWord.run) ?? HookWord.none
    }
  }

  private func changed<Value: Equatable>(_ base: Value, _ wanted: Value) -> Value? { base == wanted ? nil : wanted }
}
