/// URLs in the operator's files, as far as they are looked into.
enum URLText {
  /// http or https with a host; no user, no fragment, printable ASCII only.
  static func isWeb(_ text: String) -> Bool {
    guard text.utf8.count <= InventoryLimits.pathLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !text.utf8.contains(where: { "#\"<>\\^`{|}".utf8.contains($0) }), let authority = authority(text)
    else { return false }
    return isAuthority(authority)
  }

  /// What stands between the scheme and the path.
  static func authority(_ text: String) -> String? {
    guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
    return String(text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" })
  }

  /// A host, perhaps with a port; a user or password would be a secret in the inventory.
  static func isAuthority(_ text: String) -> Bool {
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return false }
      let rest = text[text.index(after: end)...]
      let host = text[..<end].dropFirst()
      return host.contains(":") && NameText.isAddress(String(host)) && (rest.isEmpty || isPort(rest))
    }
    let host = text.prefix { $0 != ":" }
    return NameText.isAddress(String(host)) && !host.contains("%")
      && (host.endIndex == text.endIndex || isPort(text[host.endIndex...]))
  }

  /// `:587`.
  private static func isPort(_ text: Substring) -> Bool { text.hasPrefix(":") && port(text.dropFirst()) != nil }

  /// 1 to 65535 in plain digits.
  static func port(_ text: some StringProtocol) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(text),
      (1...65_535).contains(port)
    else { return nil }
    return port
  }
}
