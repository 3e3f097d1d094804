/// What the SNP firmware says of its mitigations (`/sys/firmware/sev/vulnerabilities`, kernels that have it): the
/// numbers of the bits that are set, ascending. Only ever read: writing would start a verification (FEATURES 64).
package struct MitigationVector: Hashable, Sendable, Codable {
  /// Mitigations that the firmware can verify; `nil`: not told.
  package var supported: [Int]?
  /// Those that it has verified; `nil`: not told.
  package var verified: [Int]?

  package init(supported: [Int]? = nil, verified: [Int]? = nil) {
    self.supported = supported
    self.verified = verified
  }

  /// The set bits of a mask.
  package static func bits(_ mask: UInt64) -> [Int] { (0..<64).filter { mask >> UInt64($0) & 1 == 1 } }
}
