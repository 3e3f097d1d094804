import FleetLab
import Testing

@Suite struct LabImageTests {
  @Test func theHeaderIsWhereAMDPutsIt() {
    let bytes = LabImage.make(version: LabVersion(1, 55, 31), spl: 25, family: "fam19h_model0xh", size: 32_000)
    #expect(bytes.count == 32_000)
    #expect(Array(bytes[0x10..<0x14]) == Array("$PS1".utf8))
    #expect(Array(bytes[0x14..<0x18]) == [0x00, 0x7b, 0, 0])
    #expect(bytes[0x4c] == 25)
    #expect(Array(bytes[0x60..<0x63]) == [31, 55, 1])
    #expect(Array(bytes[0x64..<0x68]) == [255, 255, 255, 255])
    #expect(Array(bytes[0x6c..<0x70]) == [0x00, 0x7d, 0, 0])
    #expect(bytes[0x7c] == 0x39)
  }

  @Test func whatIsWrittenIsRead() {
    let image = LabImage(version: LabVersion(0, 17, 11), spl: 0, family: "fam17h_model0xh")
    #expect(LabImage(reading: image.bytes) == image)
    #expect(image.bytes == image.bytes)
    #expect(
      LabImage.make(version: LabVersion(1, 55, 31), spl: 25) != LabImage.make(version: LabVersion(1, 55, 32), spl: 25))
  }

  @Test func brokenImagesAreNone() {
    let good = LabImage.make(version: LabVersion(1, 55, 31), spl: 25)
    var magic = good
    magic[0x10] = 0
    var type = good
    type[0x7c] = 0
    #expect(LabImage(reading: magic) == nil)
    #expect(LabImage(reading: type) == nil)
    #expect(LabImage(reading: Array(good.dropLast())) == nil)
    #expect(LabImage(reading: []) == nil)
  }

  @Test(arguments: ["1.55", "1.55.256", "1.55.31.0", "1.37.1f", ""]) func wrongVersions(text: String) {
    #expect(LabVersion(text) == nil)
  }
}
