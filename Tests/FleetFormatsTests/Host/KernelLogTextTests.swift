import FleetCore
import FleetFormats
import Testing

struct KernelLogTextTests {
  private func parse(_ text: String, _ source: KernelLogText.Source = .dmesg) -> KernelLogFacts {
    KernelLogText.parse(text, source: source)
  }

  @Test func milanAtBoot() {
    let facts = parse(KernelLogFixtures.milanSNP)
    #expect(facts.apis.map(\.version) == [FirmwareVersion(1, 55, 31), FirmwareVersion(1, 55, 31)])
    #expect(facts.apis.map(\.isSNP) == [false, true])
    #expect(facts.apis.first?.seconds == 4.496365)
    #expect(facts.newestVersion == FirmwareVersion(1, 55, 31))
    #expect(facts.snpEnabled == nil)
    #expect(!facts.reachesBoot)
  }

  @Test func olderKernelUpdatesWithoutVersions() {
    let facts = parse(KernelLogFixtures.milanUpdated)
    #expect(facts.updates.count == 1)
    #expect(facts.updates.first?.from == nil)
    #expect(facts.newestVersion == FirmwareVersion(1, 51, 3))
    #expect(facts.floor == nil)
  }

  @Test func failedINIT() {
    let facts = parse(KernelLogFixtures.milanOldBIOS)
    #expect(facts.initErrors.map(\.code) == [1, 1])
    #expect(facts.currentInitErrors.map(\.code) == [1, 1])
    #expect(facts.probedAt == 8.356061)
    #expect(facts.newestVersion == FirmwareVersion(0, 31, 43))
    #expect(facts.snpEnabled == true)
    #expect(parse(KernelLogFixtures.naplesFailed).initErrors.map(\.code) == [0x8004])
  }

  @Test func aLaterLoadForgetsTheFailure() {
    let reloaded = """

      [  700.100000] ccp 0000:23:00.1: sev enabled
      [  700.200000] ccp 0000:23:00.1: SEV firmware updated from 0.31.43 to 1.51.3
      [  700.300000] ccp 0000:23:00.1: SEV API:1.51 build:3
      """
    let facts = parse(KernelLogFixtures.milanOldBIOS + reloaded)
    #expect(facts.initErrors.count == 2)
    #expect(facts.currentInitErrors.isEmpty)
    #expect(facts.probedAt == 700.1)
    #expect(facts.newestVersion == FirmwareVersion(1, 51, 3))
  }

  @Test func anUpdateAfterTheVersionLineIsTheNewestLoad() {
    let update = "\n[  900.1] ccp 0000:43:00.1: SEV firmware updated from 1.55.31 to 1.55.36"
    #expect(parse(KernelLogFixtures.milanSNP + update).newestVersion == FirmwareVersion(1, 55, 36))
    let silent = "\n[  900.1] ccp 0000:43:00.1: SEV firmware update successful"
    #expect(parse(KernelLogFixtures.milanSNP + silent).newestVersion == nil)
  }

  /// Debian names every absent file: noise, not a failure (FACTS 2.13).
  @Test func absentFilesAreNoise() {
    let facts = parse(KernelLogFixtures.naplesFailed)
    #expect(facts.apis.isEmpty && facts.updates.isEmpty && facts.timeouts.isEmpty)
  }

  @Test func genoaSaysThatSNPIsOn() {
    let facts = parse(KernelLogFixtures.genoa)
    #expect(facts.snpEnabled == true)
    #expect(!facts.sevESUnusable)
    #expect(facts.newestVersion == FirmwareVersion(1, 55, 24))
  }

  @Test func laterLinesOfKVMWin() {
    let off = parse(KernelLogFixtures.genoa + "\n[ 90.0] kvm_amd: SEV-ES unusable\n[ 90.1] kvm_amd: SEV-SNP disabled")
    #expect(off.sevESUnusable)
    #expect(off.snpEnabled == false)
    let table = parse("[    0.000000] SEV-SNP: RMP table physical range [0x1 - 0x2]")
    #expect(table.hasRMPTable == true)
    // A prepared table is no SNP that started.
    #expect(table.snpEnabled == nil)
  }

  @Test func mainlineUpdateTellsTheFloor() {
    let facts = parse(KernelLogFixtures.mainlineUpdate + "\n" + KernelLogFixtures.milanSNP)
    #expect(facts.updates.first?.from == FirmwareVersion(1, 51, 3))
    #expect(facts.updates.first?.to == FirmwareVersion(1, 55, 31))
    #expect(facts.floor?.version == FirmwareVersion(1, 51, 3))
  }

  @Test func journalForm() {
    let facts = parse(KernelLogFixtures.journal, .journal)
    #expect(facts.reachesBoot)
    #expect(facts.source == "journalctl")
    #expect(facts.newestVersion == FirmwareVersion(1, 55, 36))
    #expect(facts.updates.count == 2)
  }

  @Test func onlyWhatIsNewerThanAReload() {
    let after = KernelLogText.parse(KernelLogFixtures.journal, source: .journal, since: 900)
    #expect(after.apis.map(\.version) == [FirmwareVersion(1, 55, 36)])
    #expect(after.updates.count == 1)
    #expect(!after.reachesBoot)
    let cut = parse(KernelLogFixtures.journal, .journal).newer(than: 900)
    #expect(cut.apis == after.apis && cut.updates == after.updates)
    #expect(parse("ccp 0000:43:00.1: SEV API:1.55 build:31").newer(than: 0).apis.isEmpty)
  }

  @Test func timeoutsOfThePSPOnly() {
    #expect(parse(KernelLogFixtures.timeouts).timeouts.count == 1)
  }

  @Test(arguments: [
    "[    0.000000][    T0] Linux version 6.8.0 (x)", "Linux version 6.8.0 (x)", "[ 0.0] Linux version 6.8.0\r",
  ])
  func reachesBoot(_ line: String) { #expect(parse(line).reachesBoot) }

  @Test(arguments: [
    "[ 1.0] ccp 0000:43:00.1: SEV: INIT failed 0x24, rc -5",
    "[ 1.0] ccp 0000:43:00.1: SEV-SNP: SNP_INIT_EX failed rc -5, error 0x24",
    "[ 1.0] ccp 0000:43:00.1: SEV: failed to INIT error 36, rc -5",
  ])
  func otherWordingsOfINIT(_ line: String) { #expect(parse(line).initErrors.map(\.code) == [0x24]) }

  @Test(arguments: [
    "[ 1.0] usb 1-1: SEV API:1.55 build:31", "[ 1.0] ccp 0000:43:00.1: SEV API:1.256 build:31",
    "[ 1.0] ccp 0000:43:00.1: SEV API:1.55", "[nan] ccp", "[", "]", "", "[ 1.0] ccp 0000:43:00.1: SEV API:1.-5 build:3",
  ])
  func othersAndGarbageDoNotCount(_ line: String) {
    let facts = parse(line)
    #expect(facts.apis.isEmpty && facts.updates.isEmpty && facts.initErrors.isEmpty)
  }
}
