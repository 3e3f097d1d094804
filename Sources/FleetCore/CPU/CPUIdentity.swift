/// Which CPU a host has, in the numbers of `/proc/cpuinfo` (decimal there).
package struct CPUIdentity: Hashable, Sendable, Codable {
  /// Effective family, for example 25 for 19h.
  package var family: Int
  /// Effective model, 0 to 255.
  package var model: Int
  package var stepping: Int

  package init(family: Int, model: Int, stepping: Int) {
    self.family = family
    self.model = model
    self.stepping = stepping
  }

  /// The firmware folder of this CPU: its family and the high nibble of its model.
  package var familyModel: FamilyModel { FamilyModel(family: family, modelHigh: (model >> 4) & 0xF) }
}

/// The key of the firmware catalog: a CPU family and a model range of sixteen, spelt as the kernel spells its file.
///
/// `fam19h_model0xh` stands for `amd_sev_fam19h_model0xh.sbin` (`drivers/crypto/ccp/sev-dev.c`, FACTS 2.1).
package struct FamilyModel: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package var family: Int
  /// High nibble of the model, 0 to 15.
  package var modelHigh: Int

  package init(family: Int, modelHigh: Int) {
    self.family = family
    self.modelHigh = modelHigh
  }

  /// Reads the folder's spelling, `fam19h_model0xh`; `nil` for any other text.
  package init?(_ text: String) {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("fam"), parts[0].hasSuffix("h"), parts[1].hasPrefix("model"),
      parts[1].hasSuffix("xh")
    else { return nil }
    let familyText = parts[0].dropFirst(3).dropLast()
    let modelText = parts[1].dropFirst(5).dropLast(2)
    guard familyText.count == 2, modelText.count == 1, let family = Hex.number(familyText),
      let modelHigh = Hex.number(modelText)
    else { return nil }
    self.init(family: family, modelHigh: modelHigh)
    guard description == text else { return nil }
  }

  package var description: String { "fam\(Hex.padded(family, 2))h_model\(Hex.padded(modelHigh, 1))xh" }

  /// The name under which the kernel looks for this range, without folder.
  package var kernelName: String { "amd_sev_\(description).sbin" }

  package static func < (left: FamilyModel, right: FamilyModel) -> Bool {
    (left.family, left.modelHigh) < (right.family, right.modelHigh)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = FamilyModel(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a firmware folder: \(text)")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension FamilyModel: CodingKeyRepresentable {
  package var codingKey: any CodingKey { TextKey(stringValue: description) }
  package init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }
}

/// A coding key made of any text.
package struct TextKey: CodingKey {
  package let stringValue: String
  package var intValue: Int? { nil }
  package init(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { nil }
}

/// Lower-case hexadecimal without Foundation.
package enum Hex {
  /// The number of hexadecimal digits alone: no sign, no prefix.
  package static func number(_ text: some StringProtocol) -> Int? {
    guard text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    return Int(text, radix: 16)
  }

  /// `value` in lower-case hex, padded with zeros to at least `width` digits.
  package static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
