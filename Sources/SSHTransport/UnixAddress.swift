import Glibc

/// The address of a Unix domain socket.
struct UnixAddress {
  private var address = sockaddr_un()

  /// Nil if the path does not fit (107 bytes).
  init?(path: String) {
    let bytes = Array(path.utf8)
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard bytes.count < field.count else { return false }
      field.copyBytes(from: bytes)
      return true
    }
    guard fits else { return nil }
  }

  /// As connect(2).
  mutating func connect(_ descriptor: Int32) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
