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
  /// Where the image lies at the controller.
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
}
