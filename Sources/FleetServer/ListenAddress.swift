/// An address and a port, as an operator writes them: `127.0.0.1:8443`, `[::1]:8443`, `:8443`, `8443`.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// Without brackets.
  package var host: String
  /// 0: the system chooses one.
  package var port: Int

  /// Without an address it is loopback. Throws `badAddress`.
  package init(_ text: String) throws(ServerError) {
    let bad = ServerError(
      .badAddress, "\(text) is no address to listen at", expected: "ADDRESS:PORT such as 127.0.0.1:8443", found: text)
    let host: Substring
    let digits: Substring
    if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      guard text[end...].hasPrefix("]:") else { throw bad }
      digits = text[end...].dropFirst(2)
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      digits = text[colon...].dropFirst()
      // An IPv6 address stands in brackets, else nobody knows where its port begins.
      guard !host.contains(":") else { throw bad }
    } else {
      host = ""
      digits = text[...]
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
      (0...65_535).contains(port), host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw bad }
    self.host = host.isEmpty ? "127.0.0.1" : String(host)
    self.port = port
  }

  /// A name other than `localhost` may be anything.
  package var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return parts.count == 4 && !parts.contains(nil) && parts[0] == 127
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
