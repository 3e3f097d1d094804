import FleetCore
import FleetFormats
import Testing

struct ImageNameTests {
  private static let milan = FamilyModel(family: 25, modelHigh: 0)

  @Test(arguments: [
    "amd_sev_fam19h_model0xh.sbin", "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin.xz",
    "amd_sev_fam19h_model0xh.zip", "AMD_SEV_fam19h_model0xh.sbin.zst", "amd_sev_fam19h_model01h.sbin",
  ])
  func cpu(_ path: String) {
    let name = ImageName(path)
    #expect(name.familyModel == Self.milan)
    #expect(name.versions.isEmpty)
    #expect(name.exactModel == (path.contains("01h") ? 1 : nil))
  }

  @Test func hexadecimalDownload() {
    let name = ImageName("amd_sev_fam19h_model0xh_1.33.03.zip")
    #expect(name.familyModel == Self.milan)
    #expect(name.versions == [FirmwareVersion(1, 51, 3)])
    #expect(!name.isAmbiguous)
  }

  @Test func bothReadings() {
    let name = ImageName("amd_sev_fam17h_model0xh_0.17b22")
    #expect(name.versions == [FirmwareVersion(0, 17, 22), FirmwareVersion(0, 0x17, 0x22)])
    #expect(name.isAmbiguous)
    let other = ImageName("amd_sev_fam19h_model0xh_1.37.31.sbin")
    #expect(other.versions == [FirmwareVersion(1, 37, 31), FirmwareVersion(1, 55, 49)])
  }

  @Test func oneSpellingIsNotAmbiguous() {
    #expect(ImageName("amd_sev_fam19h_model0xh_1.5.7").versions == [FirmwareVersion(1, 5, 7)])
    #expect(ImageName("amd_sev_fam19h_model0xh_1.1f.7").versions == [FirmwareVersion(1, 31, 7)])
  }

  @Test(arguments: [
    "", "/", "sev.fw", "firmware.sbin", "amd_sev_fam19h", "amd_sev_fam19h_modelzzh.sbin", "amd_sev_famgg_model0xh",
    "amd_sev_fam19h_model0xh_", "amd_sev_fam+1h_model+1h_1.5.7", "amd_sev_fam19h_model-1h_1.5.7",
  ])
  func namesThatTellNothing(_ path: String) { #expect(ImageName(path).versions.isEmpty) }

  @Test func headerDecides() throws {
    let name = ImageName("amd_sev_fam19h_model0xh_1.37.31.sbin")
    try name.check(header: FirmwareVersion(1, 55, 49), familyModel: Self.milan)
    try name.check(header: FirmwareVersion(1, 37, 31), familyModel: nil)
    let error = ImageNameError.otherVersion(
      name: "1.37.31", readings: name.versions, header: FirmwareVersion(1, 55, 31))
    #expect(throws: error) { try name.check(header: FirmwareVersion(1, 55, 31), familyModel: nil) }
    #expect(error.text.contains("1.55.31 (hex 1.37.1f)"))
    #expect(error.found == "1.55.31 (hex 1.37.1f)")
    #expect(error.expected == "1.37.31 (hex 1.25.1f) or 1.55.49 (hex 1.37.31)")
    let genoa = FamilyModel(family: 25, modelHigh: 1)
    #expect(throws: ImageNameError.otherCPU(name: Self.milan, expected: genoa)) {
      try name.check(header: FirmwareVersion(1, 55, 49), familyModel: genoa)
    }
  }
}
