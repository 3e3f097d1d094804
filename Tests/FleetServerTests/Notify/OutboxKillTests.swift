import FleetCore
import FleetFormats
import FleetServer
import FleetStore
import Foundation
import Glibc
import Testing

/// A real process is killed with SIGKILL before or behind a message: it may be sent twice, it is never lost.
@Suite struct OutboxKillTests {
  private static let receiver = NotifyReceiver.webhook(.init(url: "http://one.example/", secretFile: "/none"))

  @Test func aKilledControllerLosesNoMessage() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sevfleet-outbox-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (state, sent) = (folder.path + "/state", folder.path + "/sent")
    let store = try FleetStore.open(folder: state)
    try store.keepReceivers([Self.receiver.id])
    for number in 1...6 {
      try store.append(.rolloutFinished, rollout: "r-\(number)", host: nil, at: Instant(milliseconds: 0))
    }
    try store.close()
    // The first message, one in the middle, the last: each before it is out, and before that is written down.
    for kill in ["before 1", "after 1", "before 3", "after 3", "after 4", "before 6", "after 6"] {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [state = state as String, sent = sent as String, kill = kill as String] in
        try await OutboxKillTests.run(state: state, sent: sent, kill: kill)
      }
    }
    try await Self.run(state: state, sent: sent, kill: "")
    let lines = try String(contentsOfFile: sent, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
    #expect(lines == [1, 1, 2, 3, 3, 4, 4, 5, 6, 6], "in order, and only what a kill left open comes again")
    let again = try FleetStore.open(folder: state)
    #expect(try again.receiver(Self.receiver.id)?.seq == 6)
    #expect(try again.auditJournal().fault == nil)
  }

  private static func run(state: String, sent: String, kill: String) async throws {
    let outbox = Outbox(
      store: try FleetStore.open(folder: state), sender: DyingSender(sent: sent, kill: kill),
      settings: { NotifySettings() }, note: { _ in })
    while try await outbox.turn(receiver) {}
  }
}

/// Sends into a file, and ends the process at the moment it was given.
private struct DyingSender: NotifySender {
  var sent: String
  var kill: String

  func send(_ news: [FleetCore.Notification], to receiver: NotifyReceiver) async throws(NotifyFailure) -> [String] {
    for seq in news.map(\.entry.seq) {
      if kill == "before \(seq)" { Glibc.kill(getpid(), SIGKILL) }
      let file = open(sent, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      let line = "\(seq)\n"
      guard file >= 0, write(file, line, line.utf8.count) == line.utf8.count else {
        throw NotifyFailure(.unreachable, "no file")
      }
      close(file)
      if kill == "after \(seq)" { Glibc.kill(getpid(), SIGKILL) }
    }
    return []
  }
}
