import FleetEngine
import Testing

@Suite struct BackupFileTests {
  @Test func twoListingsOfOneTreeAreTheSame() {
    let file = BackupFile(
      path: "amd/sev.fw", type: "f", sha256: "a", size: 1, mode: "644", owner: "0", group: "0", linkTarget: nil)
    #expect(file.path == "amd/sev.fw")
  }
}
