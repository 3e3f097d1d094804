import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore
import Foundation
import Glibc
import Synchronization

/// Many readers of events at once, over real connections: how long a past takes to replay to all of them, and how long
/// an entry takes from the journal to the last of them.
struct EventsBench {
  var readers: Int
  private static let past = 2_000
  private static let present = 100
  /// An operator who looks at a rollout does not see the difference.
  private static let aim = Duration.seconds(1)

  func run() async throws {
    let folder = NSTemporaryDirectory() + "sevfleet-bench-events-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try FleetStore.open(folder: folder)
    let tokens = TokenFile(folder: folder)
    let at = SystemClock().now()
    let secret = try tokens.create("bench", role: .viewer, at: at, expiresAt: nil).secret
    try store.append(
      (0..<Self.past).map { (event: .finding(kind: "note", text: "\($0)"), host: nil) }, rollout: nil, at: at)
    let server = try await FleetServer.start(
      ServerConfiguration(address: ListenAddress("127.0.0.1:0")), source: JournalSource(store: store), tokens: tokens)
    let count = readers
    let cost = try await Cost.of(0) {
      let start = ContinuousClock.now
      let lines = (0..<count).map { _ in Reader(port: server.address.port, secret: secret) }
      try await Self.wait(lines, for: Self.past)
      print(
        "\(count) readers, \(Self.past) entries of the past each: \((ContinuousClock.now - start).wholeMilliseconds) ms"
      )
      var worst = Duration.zero
      for number in 1...Self.present {
        let written = ContinuousClock.now
        try store.append(.finding(kind: "note", text: "new"), rollout: nil, host: nil, at: at)
        try await Self.wait(lines, for: Self.past + number)
        worst = max(worst, ContinuousClock.now - written)
      }
      print(Aim.text("from the journal to the last of them, at worst of \(Self.present)", worst, under: Self.aim))
    }
    print("CPU \(cost.cpu) s in \(cost.wall) s, peak \(Int(cost.peak)) MB")
    await server.stop()
  }

  private static func wait(_ readers: [Reader], for events: Int) async throws {
    while let late = readers.first(where: { $0.events < events }) {
      guard !late.hasEnded else { throw Tool.Failed("a reader ended with \(late.events) events of \(events)") }
      try await Task.sleep(for: .milliseconds(1))
    }
  }
}

/// One connection, read by a thread of its own, so that the figures are the server's.
private final class Reader: Sendable {
  private let count = Atomic<Int>(0)
  private let ended = Atomic<Bool>(false)

  var events: Int { count.load(ordering: .relaxed) }
  var hasEnded: Bool { ended.load(ordering: .relaxed) }

  init(port: Int, secret: String) {
    Thread.detachNewThread { self.read(port, secret) }
  }

  private func read(_ port: Int, _ secret: String) {
    defer { ended.store(true, ordering: .relaxed) }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    let request = "GET /v1/events?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(secret)\r\n\r\n"
    guard connected == 0, send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    // Each event has one such line; what tells a reader where it stands has none.
    let mark = Array("\ndata: ".utf8)
    var matched = 0
    while true {
      let length = Glibc.read(descriptor, &buffer, buffer.count)
      guard length > 0 else { return }
      var found = 0
      for byte in buffer[..<length] {
        matched = byte == mark[matched] ? matched + 1 : byte == mark[0] ? 1 : 0
        if matched == mark.count { (found, matched) = (found + 1, 0) }
      }
      count.add(found, ordering: .relaxed)
    }
  }
}

/// A process that has a journal and nothing else.
private struct JournalSource: ServerSource {
  let store: FleetStore
  var clock: any EngineClock { SystemClock() }
  var holder: LockHolder {
    LockHolder(pid: getpid(), startedAt: Instant(milliseconds: 0), command: "bench", hostName: "bench")
  }
  var hasGoodFiles: Bool { true }

  private static let absent = APIProblem(404, "absent", "this process has only a journal")

  func ask(_ request: ControlRequest) async -> ControlAnswer { ControlAnswer(.refused, "there is no controller") }
  func newRollout() -> String { "none" }
  func inventory() throws -> ServedDocument { throw Self.absent }
  func host(_ host: HostID) throws -> ServedDocument { throw Self.absent }
  func history(_ host: HostID) throws -> ServedDocument { throw Self.absent }
  func why(_ host: HostID) async throws -> ServedDocument { throw Self.absent }
  func observations() throws -> ServedDocument { throw Self.absent }
  func makePlan(_ wish: PlanWish, by person: String) async throws -> ServedDocument { throw Self.absent }
  func plan(_ id: String) throws -> ServedDocument { throw Self.absent }
  func rollouts() async throws -> ServedDocument { throw Self.absent }
  func rollout(_ id: String) async throws -> ServedDocument { throw Self.absent }
  func compliance(at: Instant?) throws -> ServedDocument { throw Self.absent }
  func catalog() throws -> ServedDocument { throw Self.absent }
  func standing() throws -> FleetStanding { throw Self.absent }
}
