import FleetCore
import FleetFormats
import Testing

/// The mitigation vector and the committed TCB in a probe's answer.
@Suite struct MitigationTextTests {
  private func read(_ change: (inout AnswerFixture) -> Void) throws -> Observation {
    var answer = AnswerFixture.milan
    change(&answer)
    return try ProbeText.parse(
      answer.bytes, host: HostID("cmp-017"), at: Instant(milliseconds: 1), facts: FactsFile.builtIn
    ).get()
  }

  @Test(
    arguments: [
      ("", nil, nil), ("supported_mitigations=0x6", [1, 2], nil), ("verified_mitigations=0x0", nil, []),
      ("supported_mitigations=0x8000000000000001", [0, 63], nil), ("supported_mitigations=6", nil, nil),
      ("supported_mitigations=0x", nil, nil), ("supported_mitigations=0x-1", nil, nil),
      ("supported_mitigations=0x10000000000000000", nil, nil), ("other=0x6", nil, nil),
    ] as [(String, [Int]?, [Int]?)])
  func masks(_ text: String, _ supported: [Int]?, _ verified: [Int]?) throws {
    let seen = try read { $0["values"]? += "\nmitigation.\(text)" }
    let expected =
      supported == nil && verified == nil ? nil : MitigationVector(supported: supported, verified: verified)
    #expect(seen.mitigations == expected)
  }

  @Test func aCommittedVectorIsNoOther() throws {
    let before = try read { _ in }
    #expect(before.tcb.committed == nil && before.tcb.platform != nil)
    let committed = "\nCommitted TCB: TCB Version:\n  Microcode: 9\n  SNP: 8\n  TEE: 0\n  Boot Loader: 4\n  FMC: None\n"
    let after = try read { $0["snphost.tcb"] = AnswerFixture.answered(ToolFixtures.tcb + committed) }
    #expect(after.tcb.committed == TCBVersion(bootloader: 4, tee: 0, snp: 8, microcode: 9))
    #expect(after.tcb.platform == before.tcb.platform && after.tcb.reported == before.tcb.reported)
    let garbled = try read { $0["snphost.tcb"] = AnswerFixture.answered(ToolFixtures.tcb + "\nCommitted TCB:\n") }
    #expect(garbled.tcb == before.tcb)
  }
}
