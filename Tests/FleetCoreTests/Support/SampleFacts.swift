import FleetCore

/// The facts of FACTS 1.4 and 4 that the tests need, written down a second time: a wrong built-in cannot hide here.
enum SampleFacts {
  static let a = Fact(grade: .a, sources: ["test"])
  static let b = Fact(grade: .b, sources: ["test"])
  static let c = Fact(grade: .c, sources: ["test"])

  static let naples = generation("Naples", 23, 0x00...0x0F, zen: 1, snp: false)
  static let rome = generation("Rome", 23, 0x30...0x3F, zen: 2, snp: false)
  static let milan = generation("Milan", 25, 0x00...0x0F, zen: 3)
  static let genoa = generation("Genoa", 25, 0x10...0x1F, zen: 4, biosPreferred: true)
  static let bergamo = generation("Bergamo/Siena", 25, 0xA0...0xAF, zen: 4)
  static let turin = generation("Turin", 26, 0x00...0x0F, zen: 5, fmc: true)
  static let dense = generation("Turin Dense", 26, 0x10...0x11, zen: 5, fmc: true)

  static let all = Facts(
    generations: [naples, rome, milan, genoa, bergamo, turin, dense],
    sevESRefusals: [
      .init(zen: 3, fromSNP: 27, fact: a), .init(zen: 4, fromSNP: 27, fact: a), .init(zen: 5, fromSNP: 4, fact: a),
    ],
    sevESByVersion: [
      .init(
        generation: "Milan", lastKept: FirmwareVersion(1, 55, 31), firstLost: FirmwareVersion(1, 55, 36), fact: b)
    ],
    firmware: [
      firmware("Milan", FirmwareVersion(1, 55, 31), spl: 25, c),
      firmware("Milan", FirmwareVersion(1, 55, 35), spl: 27, b),
      firmware("Genoa", FirmwareVersion(1, 55, 40), spl: 23, b),
      firmware("Genoa", FirmwareVersion(1, 55, 49), spl: 27, b),
      firmware("Turin", FirmwareVersion(1, 55, 65), spl: 4, b),
      firmware("Turin", FirmwareVersion(1, 58, 3), spl: 5, c),
    ],
    firmwareErrors: [1: "INVALID_PLATFORM_STATE", 10: "BAD_SIGNATURE"],
    initCauses: [10, 33, 36].map { .init(error: $0, cause: .image, fact: b) }
      + [.init(error: 20, cause: .platform, fact: c)]
      + [24, 37].map { .init(error: $0, cause: .persistentState, fact: c) })

  private static func generation(
    _ name: String, _ family: Int, _ models: ClosedRange<Int>, zen: Int, snp: Bool = true, fmc: Bool = false,
    biosPreferred: Bool = false
  ) -> SEVGeneration {
    SEVGeneration(
      name: name, family: family, firstModel: models.lowerBound, lastModel: models.upperBound, zen: zen, hasSNP: snp,
      hasFMC: fmc, biosPreferred: biosPreferred, fact: a)
  }

  private static func firmware(_ name: String, _ version: FirmwareVersion, spl: Int, _ fact: Fact) -> Facts.Firmware {
    Facts.Firmware(generation: name, version: version, spl: spl, splFact: fact, note: nil, fact: fact)
  }
}
