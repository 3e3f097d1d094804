import FleetCore

/// The masks of `/sys/firmware/sev/vulnerabilities` as the probe prints them.
enum MitigationText {
  /// `nil`: the kernel shows none. A mask that cannot be read is unknown by itself.
  static func vector(_ value: (String) -> String?) -> MitigationVector? {
    let supported = value("mitigation.supported_mitigations").flatMap(bits)
    let verified = value("mitigation.verified_mitigations").flatMap(bits)
    return supported == nil && verified == nil ? nil : MitigationVector(supported: supported, verified: verified)
  }

  /// `0x6`.
  private static func bits(_ text: String) -> [Int]? {
    let text = text.trimmed
    guard text.hasPrefix("0x"), text.dropFirst(2).allSatisfy({ $0.isASCII && $0.isHexDigit }),
      let mask = UInt64(text.dropFirst(2), radix: 16)
    else { return nil }
    return MitigationVector.bits(mask)
  }
}
