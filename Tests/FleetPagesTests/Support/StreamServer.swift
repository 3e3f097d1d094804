import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 whose event connections stay open: the test writes to them whatever and whenever it likes.
final class StreamServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let page: @Sendable (String) -> (type: String, body: String)
  private let state = Mutex(State())

  private struct State {
    var streams: [Int32] = []
    var waiting: [CheckedContinuation<Int32, Never>] = []
    var heads: [String] = []
  }

  /// `page`: what it answers on a path that is not the events'.
  init(page: @escaping @Sendable (String) -> (type: String, body: String)) throws {
    self.page = page
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { self.accept() }
  }

  /// The next connection for events; its head was answered.
  func stream() async -> Int32 {
    await withCheckedContinuation { continuation in
      let open = state.withLock { state -> Int32? in
        if !state.streams.isEmpty { return state.streams.removeFirst() }
        state.waiting.append(continuation)
        return nil
      }
      if let open { continuation.resume(returning: open) }
    }
  }

  /// The heads of all requests for events, in their order.
  var heads: [String] { state.withLock { $0.heads } }

  func send(_ text: String, on stream: Int32) { Self.write(text, stream) }

  func cut(_ stream: Int32) { close(stream) }

  /// No connection is taken from now on.
  func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func accept() {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      guard connection >= 0 else { return }
      Thread.detachNewThread { self.answer(connection) }
    }
  }

  private func answer(_ connection: Int32) {
    var head = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !head.contains("\r\n\r\n") {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else {
        close(connection)
        return
      }
      head += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let path = String(head.split(separator: " ").dropFirst().first ?? "")
    guard path == "/v1/events" else {
      let (type, body) = page(path)
      Self.write(
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)",
        connection)
      close(connection)
      return
    }
    Self.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n", connection)
    let waiting = state.withLock { state -> CheckedContinuation<Int32, Never>? in
      state.heads.append(head.lowercased())
      if !state.waiting.isEmpty { return state.waiting.removeFirst() }
      state.streams.append(connection)
      return nil
    }
    waiting?.resume(returning: connection)
  }

  private static func write(_ text: String, _ connection: Int32) {
    var rest = Array(text.utf8)
    while !rest.isEmpty {
      let count = Glibc.send(connection, rest, rest.count, Int32(MSG_NOSIGNAL))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest.removeFirst(count)
    }
  }
}
