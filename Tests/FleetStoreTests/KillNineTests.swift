import FleetCore
import FleetStore
import GRDB
import Glibc
import Synchronization
import Testing

/// A real process writes and is killed with SIGKILL at some moment; what it was told to be written must be there.
@Suite struct KillNineTests {
  @Test(arguments: 0..<8)
  func noAcknowledgedEntryIsLost(round: Int) async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("kill -9 round \(round): seed \(seed)")
    let folder = try TemporaryFolder()
    let (state, acknowledged) = (folder.state, folder.path + "/acknowledged")
    // Two killed writers on one folder: the second starts from what the first left.
    for writer in 0..<2 as Range<UInt64> {
      let writerSeed = seed &+ writer
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [state = state as String, acknowledged = acknowledged as String, writerSeed = writerSeed as UInt64] in
        try DyingWriter(state: state, acknowledged: acknowledged, seed: writerSeed).run()
      }
    }
    let store = try FleetStore.open(folder: state)
    let entries = try store.entries(after: 0)
    let acks = try #require(DyingWriter.acknowledgements(in: acknowledged))
    #expect(!acks.isEmpty)
    let stored = Dictionary(uniqueKeysWithValues: entries.map { ($0.seq, $0.event) })
    for ack in acks {
      #expect(stored[ack.seq] == .finding(kind: "written", text: "\(ack.token)"))
    }
    // Of each killed writer, at most the batch that was under way is there without an acknowledgement, and whole.
    #expect(entries.count - acks.count <= 2 * DyingWriter.maxBatch)
    #expect(try store.auditJournal().fault == nil)
    #expect(try folder.raw { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    #expect(
      try store.append(.rolloutResumed, rollout: nil, host: nil, at: Samples.start).seq == Int64(entries.count) + 1)
  }
}

/// Appends batches of random size, says which are written, and is killed by its own second thread.
private struct DyingWriter {
  static let maxBatch = 3

  struct Acknowledgement {
    var seq: Int64
    var token: Int64
  }

  var state: String
  var acknowledged: String
  var seed: UInt64

  /// Never returns normally.
  func run() throws {
    var random = RandomNumbers(seed: seed)
    let store = try FleetStore.open(folder: state)
    let log = open(acknowledged, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { exit(1) }
    let killer = Killer(
      after: Int.random(in: 1...60, using: &random), spins: Int.random(in: 0...3_000_000, using: &random))
    try killer.start()
    while true {
      let tokens = (0..<Int.random(in: 1...Self.maxBatch, using: &random)).map { _ in
        Int64.random(in: 0...Int64.max, using: &random)
      }
      let entries = try store.append(
        tokens.map { (event: .finding(kind: "written", text: "\($0)"), host: nil) }, rollout: nil, at: Samples.start)
      var record = zip(entries, tokens).flatMap { [$0.seq, $1] }
      let size = record.count * MemoryLayout<Int64>.size
      guard write(log, &record, size) == size else { exit(1) }
      killer.count()
    }
  }

  static func acknowledgements(in path: String) -> [Acknowledgement]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var found: [Acknowledgement] = []
    var pair: [Int64] = [0, 0]
    while fread(&pair, MemoryLayout<Int64>.size, 2, file) == 2 {
      found.append(Acknowledgement(seq: pair[0], token: pair[1]))
    }
    return found
  }
}

/// A thread that kills its process once enough batches are written and some more work has gone by.
private final class Killer: Sendable {
  private let after: Int
  private let spins: Int
  private let batches = Atomic<Int>(0)

  init(after: Int, spins: Int) {
    self.after = after
    self.spins = spins
  }

  func count() { batches.add(1, ordering: .relaxed) }

  func start() throws {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(self).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Killer>.fromOpaque(argument).takeUnretainedValue().strike()
        return nil
      }, argument)
    guard result == 0 else { exit(1) }
  }

  private func strike() {
    while batches.load(ordering: .relaxed) < after { sched_yield() }
    var left = spins
    while left > 0 { left -= batches.load(ordering: .relaxed) > 0 ? 1 : 2 }
    kill(getpid(), SIGKILL)
  }
}
