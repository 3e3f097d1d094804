/// One image of the catalog. Its version was read from its header, never from its name (FACTS 1.1, 3).
package struct FirmwareImage: Hashable, Sendable, Codable {
  package var familyModel: FamilyModel
  package var version: FirmwareVersion
  /// Security patch level of the header; 0 on Zen 3 and newer says nothing (RULES S).
  package var spl: Int
  /// Lower-case hex SHA-256 of the whole file.
  package var sha256: String
  /// Bytes.
  package var size: Int
  /// The kernel's own name for the file.
  package var kernelName: String
  /// Where the image lies at the controller now. No part of the image: it is neither stored nor compared, so that a plan
  /// has the same id wherever its catalog lies; whoever needs the bytes finds them by their hash.
  package var path: String

  package init(
    familyModel: FamilyModel, version: FirmwareVersion, spl: Int, sha256: String, size: Int, kernelName: String,
    path: String
  ) {
    self.familyModel = familyModel
    self.version = version
    self.spl = spl
    self.sha256 = sha256
    self.size = size
    self.kernelName = kernelName
    self.path = path
  }

  private enum CodingKeys: String, CodingKey { case familyModel, version, spl, sha256, size, kernelName }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      familyModel: try container.decode(FamilyModel.self, forKey: .familyModel),
      version: try container.decode(FirmwareVersion.self, forKey: .version),
      spl: try container.decode(Int.self, forKey: .spl), sha256: try container.decode(String.self, forKey: .sha256),
      size: try container.decode(Int.self, forKey: .size),
      kernelName: try container.decode(String.self, forKey: .kernelName), path: "")
  }

  package static func == (left: FirmwareImage, right: FirmwareImage) -> Bool { left.content == right.content }

  package func hash(into hasher: inout Hasher) { hasher.combine(content) }

  private var content: Content {
    Content(
      familyModel: familyModel, version: version, spl: spl, sha256: sha256, size: size, kernelName: kernelName)
  }

  private struct Content: Hashable {
    var familyModel: FamilyModel
    var version: FirmwareVersion
    var spl: Int
    var sha256: String
    var size: Int
    var kernelName: String
  }
}
