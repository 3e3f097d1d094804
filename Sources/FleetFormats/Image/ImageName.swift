package import FleetCore

/// What the name of an image file allows to be read from it; never more than a hint (FACTS 1.1).
///
/// The kernel's names (`amd_sev_fam19h_model0xh.sbin`) name the CPU; AMD's downloads add a version
/// (`amd_sev_fam19h_model0xh_1.33.03`, `amd_sev_fam17h_model0xh_0.17b22`) in decimal or in hexadecimal.
package struct ImageName: Hashable, Sendable {
  /// The folder of the CPU it is named for; `nil`: the name does not tell.
  package var familyModel: FamilyModel?
  /// The exact model, where the name is one of the kernel's exact-model names.
  package var exactModel: Int?
  /// The version text as written; `nil`: none.
  package var versionText: String?
  /// Each version the text may mean: its decimal reading, then its hexadecimal one.
  package var versions: [FirmwareVersion]

  /// Two different versions can be meant: such a name is never trusted.
  package var isAmbiguous: Bool { versions.count > 1 }

  /// Reads the last component of a path; suffixes of archives and compression are dropped.
  package init(_ path: String) {
    versions = []
    var name = path.split(separator: "/").last.map(String.init) ?? ""
    for suffix in [".zip", ".xz", ".zst", ".sbin"] where name.hasSuffix(suffix) {
      name = String(name.dropLast(suffix.count))
    }
    let parts = name.lowercased().split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0] == "amd", parts[1] == "sev" else { return }
    readCPU(family: parts[2], model: parts[3])
    guard familyModel != nil, parts.count == 5 else { return }
    versionText = String(parts[4])
    versions = Self.readings(parts[4])
  }

  /// `fam19h` and `model0xh`, or `model01h` for one model.
  private mutating func readCPU(family: Substring, model: Substring) {
    if let known = FamilyModel("\(family)_\(model)") {
      familyModel = known
      return
    }
    guard family.hasPrefix("fam"), family.hasSuffix("h"), model.hasPrefix("model"), model.hasSuffix("h") else { return }
    let familyText = family.dropFirst(3).dropLast()
    let modelText = model.dropFirst(5).dropLast()
    guard familyText.utf8.count == 2, modelText.utf8.count == 2, let familyNumber = Hex.number(familyText),
      let modelNumber = Hex.number(modelText)
    else { return }
    exactModel = modelNumber
    familyModel = FamilyModel(family: familyNumber, modelHigh: modelNumber >> 4)
  }

  /// `1.33.03`, or `0.17b22` where a `b` stands before the build.
  private static func readings(_ text: Substring) -> [FirmwareVersion] {
    var spelt = text.hasPrefix("v") ? text.dropFirst() : text
    if spelt.utf8.filter({ $0 == UInt8(ascii: ".") }).count == 1 {
      guard let index = spelt.lastIndex(of: "b") else { return [] }
      spelt = spelt[..<index] + "." + spelt[spelt.index(after: index)...]
    }
    let readings = [FirmwareVersion(decimal: spelt), FirmwareVersion(hexadecimal: spelt)].compactMap { $0 }
    return readings.count == 2 && readings[0] == readings[1] ? [readings[0]] : readings
  }

  /// Compares the name with what the header says, and with the CPU the operator names.
  package func check(header: FirmwareVersion, familyModel expected: FamilyModel?) throws(ImageNameError) {
    if !versions.isEmpty, !versions.contains(header) {
      throw .otherVersion(name: versionText ?? "", readings: versions, header: header)
    }
    if let expected, let familyModel, familyModel != expected {
      throw .otherCPU(name: familyModel, expected: expected)
    }
  }

  /// The kernel's names for an image of this CPU, as `catalog inspect` lists them.
  package static func kernelNames(for familyModel: FamilyModel) -> [String] { [familyModel.kernelName] }
}

/// A file name that contradicts what it names.
package enum ImageNameError: Error, Hashable, Sendable {
  case otherVersion(name: String, readings: [FirmwareVersion], header: FirmwareVersion)
  case otherCPU(name: FamilyModel, expected: FamilyModel)

  /// Stable name of the case.
  package var kind: String {
    switch self {
    case .otherVersion: "otherVersion"
    case .otherCPU: "otherCPU"
    }
  }

  package var expected: String {
    switch self {
    case .otherVersion(_, let readings, _): readings.map(\.bothSpellings).joined(separator: " or ")
    case .otherCPU(_, let expected): expected.description
    }
  }

  package var found: String {
    switch self {
    case .otherVersion(_, _, let header): header.bothSpellings
    case .otherCPU(let name, _): name.description
    }
  }

  package var text: String {
    switch self {
    case .otherVersion(let name, _, _):
      "the file's name says \(name), which means \(expected), and its header says \(found)"
    case .otherCPU: "the file is named for \(found), not for \(expected)"
    }
  }
}
