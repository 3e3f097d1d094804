import Glibc

/// One address of a server, as connect(2) wants it.
struct SocketAddress: Sendable {
  var family: Int32
  var bytes: [UInt8]

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
    bytes.withUnsafeBytes { raw in
      raw.baseAddress.map { body($0.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count)) }
    }
  }
}

/// Name look-up. `numeric` does not block; `lookUp` does and must not run on the loop.
enum AddressResolution {
  enum Answer: Sendable {
    case addresses([SocketAddress])
    /// What the resolver said.
    case failure(String)
  }

  /// The address that `host` spells out, or nil if it is a name.
  static func numeric(_ host: String, port: Int) -> Answer? {
    let answer = query(host, port: port, flags: Int32(AI_NUMERICHOST) | Int32(AI_NUMERICSERV))
    if case .addresses = answer { return answer }
    return nil
  }

  static func lookUp(_ host: String, port: Int) -> Answer {
    query(host, port: port, flags: Int32(AI_NUMERICSERV))
  }

  private static func query(_ host: String, port: Int, flags: Int32) -> Answer {
    var hints = addrinfo()
    hints.ai_flags = flags
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else { return .failure("getaddrinfo \(code): \(String(cString: gai_strerror(code)))") }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let info = next?.pointee {
      if let address = info.ai_addr {
        let raw = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
        addresses.append(SocketAddress(family: info.ai_family, bytes: Array(raw)))
      }
      next = info.ai_next
    }
    return .addresses(addresses)
  }
}
