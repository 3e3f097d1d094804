import FleetCore
import FleetFormats
import Testing

struct ProbeTextToolsTests {
  private func observation(_ answer: AnswerFixture) throws -> Observation { try ProbeTextTests.observation(answer) }

  private func tcb(_ text: String, cpu: String? = nil) throws -> TCBReading {
    var answer = AnswerFixture.milan
    answer["snphost.tcb"] = AnswerFixture.answered(text)
    if let cpu { answer["cpuinfo"] = cpu }
    return try observation(answer).tcb
  }

  private static let turin = "cpu family\t: 26\nmodel\t\t: 2\nstepping\t: 1\nmicrocode\t: 0xb002150"

  @Test func threeShapesOfTCB() throws {
    let new = TCBVersion(bootloader: 4, tee: 0, snp: 28, microcode: 219)
    #expect(try tcb(ToolFixtures.tcb) == TCBReading(reported: new, platform: new, source: .snphost))
    let old = try tcb(ToolFixtures.tcbOld)
    #expect(old.reported == TCBVersion(bootloader: 3, tee: 0, snp: 8, microcode: 209))
    #expect(old.platform == TCBVersion(bootloader: 3, tee: 0, snp: 14, microcode: 209))
    let turin = try tcb(ToolFixtures.tcbTurin, cpu: Self.turin)
    #expect(turin.platform == TCBVersion(fmc: 1, bootloader: 3, tee: 2, snp: 5, microcode: 97))
  }

  /// An implausible vector is unknown, with its text kept; never a value (FACTS 5).
  @Test func implausibleTCB() throws {
    for (text, cpu) in [
      (ToolFixtures.tcbBroken, nil), (ToolFixtures.tcbTurin, nil), (ToolFixtures.tcb, Self.turin),
      (ToolFixtures.tcb, "model name: x"), ("thread 'main' panicked at src/main.rs:42:7", nil),
      (ToolFixtures.tcb.replacing("SNP:         28", with: "SNP:         280"), nil),
    ] {
      let reading = try tcb(text, cpu: cpu)
      #expect(reading.platform == nil && reading.reported == nil && reading.source == nil)
      #expect(reading.rejected != nil)
    }
    #expect(try tcb(ToolFixtures.tcbBroken).rejected?.raw.contains("FMC:         219") == true)
  }

  @Test func checksInColours() throws {
    let checks = try observation(.milan).checks
    #expect(
      checks.map(\.text) == [
        "AMD CPU", "Microcode support", "SME: Enabled in MSR", "SEV-SNP enabled in KVM", "VM Permission Levels",
      ])
    #expect(checks.map(\.verdict) == [.pass, .pass, .pass, .fail, .skip])
    #expect(checks.map(\.depth) == [0, 1, 2, 1, 2])
  }

  @Test func aToolThatPanics() throws {
    var answer = AnswerFixture.milan
    answer["snphost.version"] = AnswerFixture.answered("\u{1b}[31mthread 'main' panicked\u{1b}[0m")
    answer["snphost.guests"] = AnswerFixture.answered("\u{1b}[31mthread 'main' panicked\u{1b}[0m")
    answer["sevctl.version"] = AnswerFixture.answered("1.55")
    answer["snphost.ok"] = AnswerFixture.answered("", status: 101)
    let seen = try observation(answer)
    #expect(seen.firmware.snphost == nil && seen.firmware.sevctl == nil)
    #expect(seen.virtualMachines.snpGuests == nil)
    #expect(Set(seen.notes.map(\.source)) == ["snphost.version", "snphost.guests", "sevctl.version", "snphost.ok"])
    #expect(seen.notes.allSatisfy { !$0.raw.contains("\u{1b}") })
  }

  @Test func cpuInfoOfNaples() throws {
    var answer = AnswerFixture.milan
    answer["cpuinfo"] = ToolFixtures.cpuInfoNaples
    let seen = try observation(answer)
    #expect(seen.cpu == CPUIdentity(family: 23, model: 1, stepping: 2))
    #expect(seen.microcode == "0x800126c")
  }

  @Test func theJournalWhereDmesgLostTheBoot() throws {
    var answer = AnswerFixture.milan
    answer["dmesg"] = AnswerFixture.answered("[ 9000.0] ccp 0000:43:00.1: SEV API:1.55 build:36")
    answer["journal"] = AnswerFixture.answered(KernelLogFixtures.journal)
    let log = try observation(answer).firmware.kernelLog
    #expect(log?.source == "journalctl" && log?.reachesBoot == true)
    answer["journal"] = AnswerFixture.answered("Hint: no persistent journal", status: 1)
    #expect(try observation(answer).firmware.kernelLog?.source == "dmesg")
    answer["dmesg"] = AnswerFixture.refused("/usr/bin/dmesg")
    #expect(try observation(answer).firmware.kernelLog == nil)
  }

  @Test func refusals() throws {
    var answer = AnswerFixture.milan
    answer["dmesg"] = AnswerFixture.refused("/usr/bin/dmesg")
    answer["snphost.tcb"] = AnswerFixture.refused("/usr/bin/snphost show tcb")
    // Allowed to run it, yet only with a password: sudo's own words, whatever the language after its name.
    answer["libvirt"] = """
      sudo: Es ist ein Passwort notwendig
      #\(AnswerFixture.nonce) sudo 0 /usr/bin/virsh -c qemu:///system list --uuid
      #\(AnswerFixture.nonce) status 1
      """
    // The tool's own failure is no refusal.
    answer["snphost.version"] = "ERROR\n#\(AnswerFixture.nonce) sudo 0 /usr/bin/snphost show version\n"
    let seen = try observation(answer)
    #expect(
      seen.sudoRefused == [
        "/usr/bin/dmesg", "/usr/bin/snphost show tcb", "/usr/bin/virsh -c qemu:///system list --uuid",
      ])
  }

  @Test func pendingPackages() throws {
    func pending(_ text: String?, status: Int = 0) throws -> [PendingPackage]? {
      var answer = AnswerFixture.milan
      answer["packages.pending"] = text.map { AnswerFixture.answered($0, status: status) }
      return try observation(answer).pendingPackages
    }
    let told = try #require(try pending(ToolFixtures.aptPolicy)?.first)
    #expect(told.pending == "3.20250311.1~deb12u1" && told.installed == "3.20240820.1~deb12u1")
    let none = "a:\n  Installed: 1\n  Candidate: 1\nb:\n  Installed: (none)\n  Candidate: (none)\n"
    #expect(
      try pending(none) == [
        PendingPackage(name: "a", installed: "1", candidate: "1"),
        PendingPackage(name: "b", installed: nil, candidate: nil),
      ])
    #expect(try pending(none)?.allSatisfy { $0.pending == nil } == true)
    #expect(try pending("N: Unable to locate package amd64-microcode") == [])
    #expect(try pending(nil) == nil && pending(none, status: 100) == nil)
  }
}
