import CLinux

/// Takes one output stream of a command apart: what stands between the begin marker and the end marker is payload.
///
/// Login shells write greetings before, children left behind write after; neither is ours.
package struct MarkedStream {
  /// What may come before the begin marker: a greeting, not a novel.
  private static let noiseLimit = 64 * 1024
  /// The end marker carries `$?`: at most three digits and the end of the line.
  private static let statusLimit = 5

  private let begin: [UInt8]
  private let end: [UInt8]
  /// What came before the begin marker, then what comes after it.
  private var buffer: [UInt8] = []
  private var searched = 0
  package private(set) var hasBegun = false
  /// `$?`, once the end marker is complete.
  package private(set) var exitStatus: Int32?
  private(set) var noise: [UInt8] = []

  package init(token: String) {
    begin = Array("\(token)-B\n".utf8)
    end = Array("\(token)-E ".utf8)
  }

  /// Between the markers, as far as it has come.
  package var payload: [UInt8] { hasBegun ? buffer : [] }
  /// Bytes held that count against the caller's limit; up to one marker more than the payload.
  var payloadCount: Int { hasBegun ? buffer.count : 0 }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard exitStatus == nil else { return }
    buffer.append(contentsOf: bytes)
    if !hasBegun { findBegin() }
    if hasBegun { findEnd() }
  }

  private mutating func findBegin() {
    guard let position = Self.find(begin, in: buffer, from: searched) else {
      if buffer.count > Self.noiseLimit { buffer.removeFirst(buffer.count - Self.noiseLimit / 2) }
      searched = max(0, buffer.count - begin.count)
      noise = Array(buffer.prefix(512))
      return
    }
    noise = Array(buffer[..<min(position, 512)])
    buffer.removeFirst(position + begin.count)
    searched = 0
    hasBegun = true
  }

  private mutating func findEnd() {
    while let position = Self.find(end, in: buffer, from: searched) {
      searched = position
      let tail = buffer[(position + end.count)...].prefix(Self.statusLimit)
      if let newline = tail.firstIndex(of: UInt8(ascii: "\n")) {
        if let status = Int32(String(decoding: tail[..<newline], as: UTF8.self)) {
          exitStatus = status
          buffer.removeSubrange(position...)
          return
        }
      } else if tail.count < Self.statusLimit {
        // The rest of the line is still to come.
        return
      }
      searched = position + 1
    }
    searched = max(searched, buffer.count - end.count, 0)
  }

  private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { whole in
      let part = UnsafeRawBufferPointer(rebasing: whole[start...])
      guard let base = part.baseAddress, let found = memmem(base, part.count, needle, needle.count) else { return nil }
      return start + (UnsafeRawPointer(found) - base)
    }
  }
}
