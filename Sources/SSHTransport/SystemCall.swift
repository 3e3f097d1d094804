import Glibc

/// Small helpers around system calls.
enum SystemCall {
  /// `errno 111: Connection refused`; strerror_r because strerror shares one buffer between threads.
  static func text(_ number: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let text = buffer.baseAddress, strerror_r(number, text, buffer.count) == 0 else { return "errno \(number)" }
      return "errno \(number): \(String(cString: text))"
    }
  }

  /// `send` without SIGPIPE; EINTR is retried. Result as of send(2).
  static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    while true {
      let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 || errno != EINTR { return count }
    }
  }

  static func receive(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = Glibc.recv(descriptor, bytes.baseAddress, bytes.count, 0)
      if count >= 0 || errno != EINTR { return count }
    }
  }
}
