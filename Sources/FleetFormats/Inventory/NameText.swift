/// Which texts may be names of hosts, groups, targets and the like. They end up in commands, in selectors such as
/// `group=NAME`, in globs, in file names and in Nova's reasons, so they have no character with a meaning there.
enum NameText {
  static let expectation = "letters, digits, dots, dashes and underscores, a letter or digit first"

  static func isName(_ text: String) -> Bool {
    guard (1...InventoryLimits.nameLength).contains(text.utf8.count), let first = text.utf8.first,
      isAlphanumeric(first)
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
  }

  /// A DNS name, an IPv4 or an IPv6 address (perhaps with a zone).
  static func isAddress(_ text: String) -> Bool {
    guard (1...InventoryLimits.nameLength).contains(text.utf8.count), let first = text.utf8.first,
      isAlphanumeric(first) || first == UInt8(ascii: ":")
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "._-:%".utf8.contains($0) }
  }

  /// A login name as useradd accepts it: it is printed into sudo rules.
  static func isUser(_ text: String) -> Bool {
    guard (1...32).contains(text.utf8.count), let first = text.utf8.first,
      isAlphanumeric(first) || first == UInt8(ascii: "_")
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
  }

  static func isUnit(_ text: String) -> Bool {
    guard (1...InventoryLimits.nameLength).contains(text.utf8.count), let first = text.utf8.first,
      isAlphanumeric(first)
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || ":_.\\@-".utf8.contains($0) }
  }

  /// One line without control characters and without blanks at its ends.
  static func isPrintable(_ text: String) -> Bool {
    guard (1...InventoryLimits.pathLength).contains(text.utf8.count), text.first != " ", text.last != " " else {
      return false
    }
    return !text.unicodeScalars.contains(where: isControl)
  }

  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  /// A label without blanks and without the characters of selectors and globs.
  static func isLabel(_ text: String) -> Bool {
    guard text.utf8.count <= InventoryLimits.nameLength, isPrintable(text) else { return false }
    return !text.unicodeScalars.contains { " *?[]=,".unicodeScalars.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
