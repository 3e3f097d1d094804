import CLibSSH2

/// The few facts about libssh2 that more than one file needs.
enum LibSSH2 {
  static let wouldBlock = Int(LIBSSH2_ERROR_EAGAIN)

  /// `libssh2_init` counts without a lock, so it runs exactly once, before the first session; 0 is success.
  static let initialized: Int32 = libssh2_init(0)

  /// The code with libssh2's own words for the last error of `session`.
  static func cause(_ code: Int, _ session: OpaquePointer) -> String {
    var text: UnsafeMutablePointer<CChar>?
    let last = libssh2_session_last_error(session, &text, nil, 0)
    guard Int(last) == code, let text else { return "libssh2 \(code)" }
    return "libssh2 \(code): \(String(cString: text))"
  }

  /// Whether `code` says that the transport is gone, as opposed to a request being refused.
  static func meansLost(_ code: Int) -> Bool {
    switch Int32(code) {
    case LIBSSH2_ERROR_SOCKET_NONE, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_DISCONNECT,
      LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_TIMEOUT, LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_BAD_SOCKET:
      true
    default: false
    }
  }

  /// The algorithms of one class that this libssh2 has, by asking it.
  static func supported(_ method: Int32, _ session: OpaquePointer) -> [String] {
    var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    let count = libssh2_session_supported_algs(session, method, &names)
    guard count > 0, let names else { return [] }
    defer { libssh2_free(session, names) }
    return (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }
  }
}
