import FleetCore
import Testing

@Suite("RULES D1: what flavor and image ask for together") struct EncryptionWishTests {
  private static func model(flavor: [String: String], image: [String: String]) -> EncryptionModel? {
    EncryptionWish(flavor, prefix: "hw:").joined(EncryptionWish(image, prefix: "hw_"))?.encryption
  }

  struct Row: Sendable {
    var flavor: [String: String]
    var image: [String: String]
    /// `nil`: the two sides contradict each other.
    var expected: EncryptionModel?
  }

  static let rows: [Row] = [
    Row(flavor: [:], image: [:], expected: EncryptionModel.none),
    Row(flavor: ["hw:mem_encryption": "false"], image: [:], expected: EncryptionModel.none),
    Row(flavor: ["hw:mem_encryption": "true"], image: [:], expected: .sev),
    Row(flavor: [:], image: ["hw_mem_encryption": "True"], expected: .sev),
    Row(
      flavor: ["hw:mem_encryption": "yes", "hw:mem_encryption_model": "amd-sev-snp"], image: [:], expected: .sevSNP),
    Row(flavor: ["hw:mem_encryption": "true"], image: ["hw_mem_encryption_model": "amd-sev-es"], expected: .sevES),
    Row(flavor: ["hw:mem_encryption_model": "amd-sev-es"], image: ["hw_mem_encryption": "1"], expected: .sevES),
    Row(
      flavor: ["hw:mem_encryption": "true", "hw:mem_encryption_model": "amd-sev-es"],
      image: ["hw_mem_encryption": "true", "hw_mem_encryption_model": "AMD-SEV-ES"], expected: .sevES),
    Row(
      flavor: ["hw:mem_encryption": "true", "hw:mem_encryption_model": "amd-sev-es"],
      image: ["hw_mem_encryption_model": "amd-sev"], expected: nil),
    // Nobody asks for encryption, so that the models mean nothing.
    Row(
      flavor: ["hw:mem_encryption_model": "amd-sev-es"], image: ["hw_mem_encryption_model": "amd-sev"],
      expected: EncryptionModel.none),
    Row(flavor: ["hw:mem_encryption": "true", "hw:mem_encryption_model": "tdx"], image: [:], expected: .unknown),
  ]

  @Test(arguments: rows) func joined(row: Row) {
    #expect(Self.model(flavor: row.flavor, image: row.image) == row.expected)
  }

  @Test("only a wish with its model needs no second side") func complete() {
    #expect(EncryptionWish(isAsked: true, model: "amd-sev").isComplete)
    #expect(!EncryptionWish(isAsked: true).isComplete)
    #expect(!EncryptionWish(model: "amd-sev").isComplete)
  }
}
