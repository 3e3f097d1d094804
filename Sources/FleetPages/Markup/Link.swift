/// A place on this server, or one outside that is told to be safe. Every part from outside is percent-encoded.
package struct Link: Hashable, Sendable {
  /// As it stands in a page: a path with its query and fragment, or an address.
  package let text: String

  private init(text: String) { self.text = text }

  /// A place on this server by the parts of its path.
  package static func path(
    _ parts: String..., query: [(name: String, value: String)] = [], fragment: String? = nil
  ) -> Link {
    .path(parts, query: query, fragment: fragment)
  }

  package static func path(
    _ parts: [String], query: [(name: String, value: String)] = [], fragment: String? = nil
  ) -> Link {
    var text = "/" + parts.map(encoded).joined(separator: "/")
    if !query.isEmpty { text += "?" + query.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&") }
    if let fragment { text += "#" + encoded(fragment) }
    return Link(text: text)
  }

  /// A place on the same page.
  package static func fragment(_ id: String) -> Link { Link(text: "#" + encoded(id)) }

  /// A place outside; `nil` where the text is anything but a plain `https` address.
  package static func external(_ text: String) -> Link? {
    let scheme = "https://"
    let allowed = Set("-._~:/?#@!$&()*+,;=%".unicodeScalars)
    guard text.hasPrefix(scheme), text.count > scheme.count,
      text.unicodeScalars.allSatisfy({ isUnreserved($0) || allowed.contains($0) })
    else { return nil }
    return Link(text: text)
  }

  private static func encoded(_ part: String) -> String {
    var encoded = ""
    for byte in part.utf8 {
      let scalar = Unicode.Scalar(byte)
      if isUnreserved(scalar) {
        encoded.unicodeScalars.append(scalar)
      } else {
        let hex = String(byte, radix: 16, uppercase: true)
        encoded += byte < 0x10 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return encoded
  }

  private static func isUnreserved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": true
    default: false
    }
  }
}
