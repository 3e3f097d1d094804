import FleetCore
import FleetFormats
import Testing

struct ImageHeaderTests {
  /// PROVENANCE: fields of the Naples image of linux-firmware 2019 (FACTS 3); the body is not reproduced here.
  @Test func naples() throws {
    var bytes = Sample.image(FirmwareVersion(0, 17, 11), spl: 0, size: 32000)
    bytes[0x14] = 0x00
    bytes[0x15] = 0x7B
    let header = try ImageHeader.parse(image: bytes)
    #expect(header.version == FirmwareVersion(0, 17, 11))
    #expect(header.signedSize == 0x7B00)
    #expect(header.size == 32000)
    #expect(header.spl == 0)
    #expect(header.type == 0x39)
    #expect(header.signed)
    #expect(header.apuFamilyID == 0xFFFF_FFFF)
    #expect(header.keyID == "000102030405060708090a0b0c0d0e0f")
  }

  @Test func sizeFieldMayBeZero() throws {
    let image = Sample.image(FirmwareVersion(1, 55, 36), spl: 27, sizeField: 0)
    #expect(try ImageHeader.parse(image: image).size == 0)
    #expect(try ImageHeader.parse(image: image).spl == 27)
  }

  @Test func headerAlone() throws {
    let image = Sample.image(FirmwareVersion(1, 55, 36))
    let header = try ImageHeader.parse(Array(image.prefix(256)), fileSize: nil)
    #expect(header.version == FirmwareVersion(1, 55, 36))
    #expect(throws: ImageHeaderError.signedSize(found: 3584, limit: 256)) {
      try ImageHeader.parse(Array(image.prefix(256)), fileSize: 256)
    }
  }

  @Test func refusals() {
    let good = Sample.image(FirmwareVersion(1, 55, 36))
    var magic = good
    magic[0x10] = 0
    #expect(throws: ImageHeaderError.notAnImage(found: "00505331")) { try ImageHeader.parse(image: magic) }
    #expect(throws: ImageHeaderError.wrongType(found: 0x31)) {
      try ImageHeader.parse(image: Sample.image(FirmwareVersion(1, 55, 36), type: 0x31))
    }
    #expect(throws: ImageHeaderError.tooShort(bytes: 255)) { try ImageHeader.parse(image: Array(good.prefix(255))) }
    #expect(throws: ImageHeaderError.tooLarge(bytes: 4 * 1024 * 1024 + 1)) {
      try ImageHeader.parse(image: good + [UInt8](repeating: 0, count: 4 * 1024 * 1024 - 4095))
    }
    #expect(throws: ImageHeaderError.imageSize(field: 4096, file: 4000)) {
      try ImageHeader.parse(image: Array(good.prefix(4000)))
    }
    var signed = good
    signed.replaceSubrange(0x14..<0x18, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(throws: ImageHeaderError.signedSize(found: 0xFFFF_FFFF, limit: 4096)) {
      try ImageHeader.parse(image: signed)
    }
  }

  @Test func errorsNameBothSides() {
    let error = ImageHeaderError.imageSize(field: 4096, file: 4000)
    #expect(error.kind == "imageSize")
    #expect(error.text.contains("4096 bytes") && error.text.contains("4000 bytes"))
  }

  @Test func slicesWork() throws {
    let padded = [1, 2, 3] + Sample.image(FirmwareVersion(1, 55, 36))
    #expect(try ImageHeader.parse(image: padded[3...]).version == FirmwareVersion(1, 55, 36))
  }
}
