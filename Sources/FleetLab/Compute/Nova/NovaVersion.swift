/// A microversion of Nova or Placement, such as 2.98; 2.100 is newer than 2.98.
package struct NovaVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let major: Int
  package let minor: Int

  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Nil unless `text` is `MAJOR.MINOR`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), major > 0, minor >= 0 else {
      return nil
    }
    self.init(major, minor)
  }

  package var description: String { "\(major).\(minor)" }

  package static func < (left: NovaVersion, right: NovaVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
