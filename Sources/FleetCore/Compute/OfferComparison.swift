/// What Placement offered of a host's memory encryption before a run against what it offers after it (RULES V4).
package struct OfferComparison: Hashable, Sendable {
  package var failure: Failure?
  package var findings: [Reason] = []

  private static let encryptionTrait = "HW_CPU_X86_AMD_SEV"
  private static let sevESTrait = "HW_CPU_X86_AMD_SEV_ES"

  /// `losesSEVES`: a loss of SEV-ES that was accepted.
  package init(host: String, before: RunFacts?, after: ComputeHostView, losesSEVES: Bool) {
    guard let slots = before?.encryptionSlots else {
      findings.append(
        Reason(
          "offerUnknown", "what \(host) offered of memory encryption before is unknown, so nothing could be compared"))
      return
    }
    guard let now = after.encryptionSlots else {
      failure = Failure(.computeUnknown, "Placement does not tell what the host offers now", isTransient: true)
      return
    }
    compare(slots, now, losesSEVES)
    compare(before?.traits ?? [], after.traits ?? [], losesSEVES)
    let left = now[.sevES] ?? 0
    if losesSEVES, left > 0 {
      findings.append(
        Reason(
          "falseTrait",
          "Placement still offers \(left) SEV-ES slots on \(host), which it can no longer serve; restart nova-compute "
            + "there, then: openstack resource provider inventory list"))
    }
  }

  private mutating func compare(_ before: [EncryptionModel: Int], _ now: [EncryptionModel: Int], _ losesSEVES: Bool) {
    for (model, slots) in before.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where slots > 0 {
      if model == .sevES, losesSEVES { continue }
      let left = now[model] ?? 0
      guard left < slots else { continue }
      failure =
        failure
        ?? Failure(
          .encryptionLost, "Placement offers fewer \(model.rawValue) slots than before", expected: "\(slots)",
          found: "\(left)")
    }
  }

  private mutating func compare(_ before: [String], _ now: [String], _ losesSEVES: Bool) {
    var lost = Set(before).subtracting(now)
    if losesSEVES { lost.remove(Self.sevESTrait) }
    let encryption = lost.filter { $0.hasPrefix(Self.encryptionTrait) }.sorted()
    if !encryption.isEmpty {
      let text = encryption.joined(separator: ", ")
      failure =
        failure
        ?? Failure(
          .encryptionLost, "Placement no longer shows the host's traits \(text)", expected: text, found: "absent")
    }
    // Other traits come and go with qemu, libvirt and the kernel; they say nothing of the firmware.
    let others = lost.subtracting(encryption).sorted()
    if !others.isEmpty {
      findings.append(Reason("traitsLost", "Placement no longer shows the traits \(others.joined(separator: ", "))"))
    }
  }
}
