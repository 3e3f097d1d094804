/// Mail addresses as they stand in commands and headers: nothing in them can end a line, a command or an address.
package enum MailAddress {
  /// RFC 5321: 64 octets before the sign, 254 in all.
  private static let longest = 254
  private static let longestLocal = 64

  package static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= longest, (1...longestLocal).contains(parts[0].utf8.count) else {
      return false
    }
    let isLocal = parts[0].utf8.allSatisfy { isAlphanumeric($0) || ".!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
    let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    return isLocal && parts[0].first != "." && parts[0].last != "." && !parts[0].contains("..")
      && labels.allSatisfy { label in
        !label.isEmpty && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
