import FleetCore
import FleetEngine
import Foundation
import Glibc
import Synchronization
import Testing

/// The control socket over the real thing: files, modes, lines, and clients that do not behave.
@Suite struct ControlSocketTests {
  private static let folders = Atomic<Int>(0)

  /// A state folder of its own, longer than a socket's address may be.
  private static func withState<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let number = folders.add(1, ordering: .relaxed).newValue
    let folder = NSTemporaryDirectory() + "sevfleet-control-\(getpid())-\(number)"
    let state = "\(folder)/\(String(repeating: "long", count: 30))"
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(state)
  }

  private static func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private static func echo(_ request: ControlRequest) -> ControlAnswer {
    ControlAnswer(.accepted, "\(request.verb.rawValue) \(request.by)", rollouts: request.rollout.map { [$0] } ?? [])
  }

  @Test func aLineIsAnsweredByALine() async throws {
    try await Self.withState { state in
      let server = try ControlServer(state: state) { Self.echo($0) }
      let answer = try await ControlClient(state: state)
        .ask(ControlRequest(.pause, rollout: "r1", by: "alice", reason: "two\nlines, \"quoted\"")).get()
      #expect(answer == ControlAnswer(.accepted, "pause alice", rollouts: ["r1"]))
      server.close()
    }
  }

  @Test func onlyItsUserReachesIt() async throws {
    try await Self.withState { state in
      // A folder that was left open to all is closed by the listener.
      try FileManager.default.createDirectory(
        atPath: "\(state)/control", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
      let server = try ControlServer(state: state) { Self.echo($0) }
      #expect(try Self.mode("\(state)/control") == 0o700)
      #expect(try Self.mode("\(state)/control/socket") == 0o600)
      // A client does not speak into a folder that others may write to.
      try FileManager.default.setAttributes([.posixPermissions: 0o722], ofItemAtPath: "\(state)/control")
      let asked = await ControlClient(state: state).ask(ControlRequest(.status, by: "x"), within: .seconds(1))
      #expect(asked.kind == .notOurs)
      server.close()
    }
  }

  @Test func whatAnEarlierHolderLeftIsReplaced() async throws {
    try await Self.withState { state in
      let old = try ControlServer(state: state) { _ in ControlAnswer(.done, "old") }
      let new = try ControlServer(state: state) { _ in ControlAnswer(.done, "new") }
      // Its end takes nothing away from the new one.
      old.close()
      for _ in 0..<3 {
        #expect(try await ControlClient(state: state).ask(ControlRequest(.status, by: "x")).get().text == "new")
      }
      new.close()
    }
  }

  @Test func nobodyListens() async throws {
    try await Self.withState { state in
      let nothing = await ControlClient(state: state).ask(ControlRequest(.status, by: "x"), within: .milliseconds(200))
      #expect(nothing.kind == .notListening)
      let server = try ControlServer(state: state) { Self.echo($0) }
      server.close()
      var asked = await ControlClient(state: state).ask(ControlRequest(.status, by: "x"), within: .milliseconds(200))
      while asked.kind == nil {
        asked = await ControlClient(state: state).ask(ControlRequest(.status, by: "x"), within: .milliseconds(200))
      }
      #expect(asked.kind == .notListening)
    }
  }

  @Test func aHolderThatHangsKeepsNobody() async throws {
    try await Self.withState { state in
      let gate = Gate()
      let server = try ControlServer(state: state) { request in
        if request.verb == .halt { await gate.opened() }
        return Self.echo(request)
      }
      let hung = await ControlClient(state: state).ask(ControlRequest(.halt, by: "x"), within: .milliseconds(300))
      #expect(hung.kind == .silent)
      // The others are served meanwhile.
      #expect(try await ControlClient(state: state).ask(ControlRequest(.status, by: "x")).get().outcome == .accepted)
      await gate.open()
      server.close()
    }
  }

  @Test(arguments: ["\n", "{}\n", "{\"verb\":\"explode\",\"by\":\"x\"}\n", "GET / HTTP/1.1\r\n\r\n", "\u{0}\n"])
  func whatIsNoRequestIsRefused(_ text: String) async throws {
    try await Self.withState { state in
      let server = try ControlServer(state: state) { Self.echo($0) }
      let answer = try RawClient(state: state).say(Array(text.utf8))
      #expect(answer.contains("notUnderstood"), "\(answer)")
      server.close()
    }
  }

  @Test func aLineWithoutAnEndIsRefused() async throws {
    try await Self.withState { state in
      let server = try ControlServer(state: state) { Self.echo($0) }
      let answer = try RawClient(state: state).say([UInt8](repeating: 0x61, count: 17 * 1024))
      #expect(answer.contains("tooLong"), "\(answer)")
      let asked = await ControlClient(state: state)
        .ask(ControlRequest(.halt, by: "x", reason: String(repeating: "long ", count: 4096)))
      #expect(asked.kind == .tooLong)
      server.close()
    }
  }

  /// Clients that connect and say nothing are turned away one by one, and the next one is served.
  @Test func silentClientsShutNobodyOut() async throws {
    try await Self.withState { state in
      let server = try ControlServer(state: state) { Self.echo($0) }
      let silent = try (0..<20).map { _ in try RawClient(state: state) }
      let answer = await ControlClient(state: state).ask(ControlRequest(.status, by: "x"), within: .seconds(30))
      #expect(answer.kind == nil)
      #expect(silent.count == 20)
      server.close()
    }
  }
}

extension Result<ControlAnswer, ControlError> {
  fileprivate var kind: ControlError.Kind? {
    switch self {
    case .success: nil
    case .failure(let error): error.kind
    }
  }
}

/// Waits until somebody opens it.
private actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func opened() async {
    if isOpen { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func open() {
    isOpen = true
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

/// Says what it likes.
private final class RawClient: Sendable {
  private let descriptor: Int32

  struct Failed: Error { var errno: Int32 }

  init(state: String) throws {
    let folder = open("\(state)/control", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(folder) }
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array("/proc/self/fd/\(folder)/socket".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let status = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else { throw Failed(errno: errno) }
  }

  deinit { close(descriptor) }

  /// Everything that comes back until the other side hangs up.
  func say(_ bytes: [UInt8]) throws -> String {
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw Failed(errno: errno) }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
      answer += buffer[..<count]
    }
  }
}
