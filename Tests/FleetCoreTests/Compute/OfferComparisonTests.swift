import FleetCore
import Testing

@Suite("RULES V4: what Placement offers after a run") struct OfferComparisonTests {
  private static let sevES = "HW_CPU_X86_AMD_SEV_ES"

  private static func judge(
    slots: [EncryptionModel: Int]? = [.sev: 15, .sevES: 99], traits: [String]? = nil,
    after slotsAfter: [EncryptionModel: Int]? = [.sev: 15, .sevES: 99], traitsAfter: [String]? = nil,
    losesSEVES: Bool = false
  ) -> OfferComparison {
    let service = ComputeServiceState(
      id: "1", host: "cmp-1", isEnabled: false, disabledReason: nil, isUp: true, forcedDown: false, updatedAt: nil)
    return OfferComparison(
      host: "cmp-1", before: RunFacts(encryptionSlots: slots, traits: traits),
      after: ComputeHostView(service: service, servers: [], encryptionSlots: slotsAfter, traits: traitsAfter),
      losesSEVES: losesSEVES)
  }

  @Test("the same offer passes in silence") func same() {
    let offer = Self.judge(traits: [Self.sevES], traitsAfter: [Self.sevES])
    #expect(offer.failure == nil)
    #expect(offer.findings.isEmpty)
  }

  @Test("fewer slots fail, unless it is the SEV-ES that was given up") func slots() {
    #expect(Self.judge(after: [.sev: 14, .sevES: 99]).failure?.kind == .encryptionLost)
    #expect(Self.judge(after: [.sev: 15]).failure?.kind == .encryptionLost)
    #expect(Self.judge(after: [.sev: 15], losesSEVES: true).failure == nil)
  }

  @Test("a trait of encryption that is gone fails, unless it was given up") func traits() {
    let lost = Self.judge(traits: [Self.sevES, "HW_CPU_X86_AMD_SEV"], traitsAfter: ["HW_CPU_X86_AMD_SEV"])
    #expect(lost.failure?.kind == .encryptionLost)
    #expect(lost.failure?.expected == Self.sevES)
    #expect(
      Self.judge(traits: [Self.sevES], after: [.sev: 15], traitsAfter: [], losesSEVES: true).failure == nil)
  }

  @Test("another trait that is gone is only told") func otherTraits() {
    let offer = Self.judge(traits: ["COMPUTE_VOLUME_EXTEND"], traitsAfter: [])
    #expect(offer.failure == nil)
    #expect(offer.findings.map(\.rule) == ["traitsLost"])
  }

  @Test("an unknown offer is told or waited for, never passed over") func unknown() {
    let before = Self.judge(slots: nil)
    #expect(before.failure == nil)
    #expect(before.findings.map(\.rule) == ["offerUnknown"])
    let after = Self.judge(after: nil)
    #expect(after.failure?.kind == .computeUnknown)
    #expect(after.failure?.isTransient == true)
  }

  @Test("SEV-ES that is still offered though it is lost is a finding") func falseTrait() {
    #expect(Self.judge(losesSEVES: true).findings.map(\.rule) == ["falseTrait"])
  }
}
