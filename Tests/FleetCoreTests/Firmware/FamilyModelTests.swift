import FleetCore
import Testing

@Suite("FACTS 2.1, 4: families, models and generations") struct FamilyModelTests {
  @Test("every family and model range goes round its folder's name") func roundTrips() {
    for family in 0...0xFF {
      for modelHigh in 0...0xF {
        let value = FamilyModel(family: family, modelHigh: modelHigh)
        #expect(FamilyModel(value.description) == value)
        #expect(value.kernelName == "amd_sev_\(value.description).sbin")
      }
    }
  }

  @Test(
    "the kernel's spelling",
    arguments: [
      (CPUIdentity(family: 23, model: 1, stepping: 2), "fam17h_model0xh"),
      (CPUIdentity(family: 23, model: 49, stepping: 0), "fam17h_model3xh"),
      (CPUIdentity(family: 25, model: 1, stepping: 1), "fam19h_model0xh"),
      (CPUIdentity(family: 25, model: 17, stepping: 1), "fam19h_model1xh"),
      (CPUIdentity(family: 25, model: 160, stepping: 2), "fam19h_modelaxh"),
      (CPUIdentity(family: 26, model: 2, stepping: 1), "fam1ah_model0xh"),
      (CPUIdentity(family: 26, model: 17, stepping: 0), "fam1ah_model1xh"),
    ])
  func spelling(cpu: CPUIdentity, folder: String) { #expect(cpu.familyModel.description == folder) }

  @Test(
    "what is no folder is refused",
    arguments: [
      "", "fam19h", "fam19h_model0x", "fam19h_model00xh", "fam19_model0xh", "fam19h-model0xh", "fam19H_model0xh",
      "fam1Ah_model0xh", "fam9h_model0xh", "fam019h_model0xh", "fam19h_model0xh.sbin", "fam19h_modelgxh",
      "fam19h_model0xh_x", "famxxh_model0xh", "fam19h_model+xh", "fam-1h_model0xh", "fam+1h_model0xh",
    ])
  func refused(text: String) { #expect(FamilyModel(text) == nil) }

  @Test("order is by family, then model range") func order() {
    let sorted = ["fam17h_model0xh", "fam17h_model3xh", "fam19h_model0xh", "fam19h_modelaxh", "fam1ah_model0xh"]
    #expect(sorted.reversed().compactMap(FamilyModel.init).sorted().map(\.description) == sorted)
  }

  @Test(
    "generation rows: first and last model, and their neighbours",
    arguments: [
      (23, 0x00, "Naples"), (23, 0x0F, "Naples"), (23, 0x10, nil), (23, 0x2F, nil), (23, 0x30, "Rome"),
      (23, 0x3F, "Rome"), (23, 0x40, nil), (25, 0x00, "Milan"), (25, 0x0F, "Milan"), (25, 0x10, "Genoa"),
      (25, 0x1F, "Genoa"), (25, 0x20, nil), (25, 0x9F, nil), (25, 0xA0, "Bergamo/Siena"), (25, 0xAF, "Bergamo/Siena"),
      (25, 0xB0, nil), (26, 0x00, "Turin"), (26, 0x0F, "Turin"), (26, 0x10, "Turin Dense"), (26, 0x11, "Turin Dense"),
      (26, 0x12, nil), (24, 0x00, nil), (6, 0x55, nil),
    ] as [(Int, Int, String?)])
  func generations(family: Int, model: Int, name: String?) {
    let cpu = CPUIdentity(family: family, model: model, stepping: 0)
    #expect(SampleFacts.all.generation(of: cpu)?.name == name)
  }

  @Test("no CPU belongs to two generations") func disjoint() {
    for family in [23, 25, 26] {
      for model in 0...0xFF {
        let cpu = CPUIdentity(family: family, model: model, stepping: 0)
        #expect(SampleFacts.all.generations.filter { $0.covers(cpu) }.count <= 1)
      }
    }
  }

  @Test("only SNP generations from family 1Ah on have an FMC") func fmc() {
    for generation in SampleFacts.all.generations {
      #expect(generation.hasFMC == (generation.family >= 26))
      #expect(generation.hasSNP == (generation.family >= 25))
    }
  }
}
