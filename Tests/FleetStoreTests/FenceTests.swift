import FleetCore
import FleetStore
import Glibc
import Testing

/// Whoever was taken over writes no journal any more, whenever it wakes up.
@Suite struct FenceTests {
  private static func lock(_ folder: TemporaryFolder, _ command: String, at: Int = 0) throws -> DaemonLock {
    try DaemonLock.acquire(folder: folder.state, command: command, at: Samples.time(at))
  }

  @Test func theNewestTokenWrites() throws {
    let folder = try TemporaryFolder()
    let (old, reader) = (try folder.open(), try folder.open())
    let first = try Self.lock(folder, "old")
    let token = try old.takeFence(first, at: Samples.start)
    try old.append(.rolloutResumed, rollout: "r", host: nil, at: Samples.start)
    first.release()
    let second = try Self.lock(folder, "new", at: 1)
    let new = try folder.open()
    #expect(try new.takeFence(second, at: Samples.time(1)) > token)
    try new.append(.rolloutResumed, rollout: "r", host: nil, at: Samples.time(1))
    let fenced = StoreError.fenced(holder: second.holder.text)
    #expect(throws: fenced) { try old.append(.rolloutResumed, rollout: "r", host: nil, at: Samples.time(2)) }
    #expect(throws: fenced) {
      try old.append([(event: .rolloutFinished, host: nil)], rollout: "r", at: Samples.time(2))
    }
    #expect(throws: fenced) { try old.begin("r-late", [Samples.host(1)]) }
    #expect(throws: fenced) { try old.checkFence() }
    try new.checkFence()
    // What was only seen may be written down by anybody.
    try reader.append(.finding(kind: "drift", text: "x"), rollout: nil, host: Samples.host(1), at: Samples.time(3))
    #expect(try reader.lastSeq() == 3)
    second.release()
  }

  @Test func aHungHolderIsTakenOver() throws {
    let folder = try TemporaryFolder()
    let hung = try Self.lock(folder, "hung")
    let old = try folder.open()
    try old.takeFence(hung, at: Samples.start)
    let taken = try DaemonLock.takeOver(folder: folder.state, command: "new", at: Samples.time(1))
    #expect(!hung.isInForce)
    #expect(taken.isInForce)
    #expect(try DaemonLock.holder(folder: folder.state) == taken.holder)
    let new = try folder.open()
    try new.takeFence(taken, at: Samples.time(1))
    // It wakes up: it can neither write nor take a token of its own, and its end gives nothing back.
    #expect(throws: StoreError.fenced(holder: taken.holder.text)) {
      try old.append(.rolloutResumed, rollout: "r", host: nil, at: Samples.time(2))
    }
    #expect(throws: StoreError.fenced(holder: taken.holder.text)) { try old.takeFence(hung, at: Samples.time(2)) }
    hung.release()
    #expect(try DaemonLock.holder(folder: folder.state) == taken.holder)
    #expect(throws: StoreError.locked(holder: taken.holder.text)) { try Self.lock(folder, "third") }
    try new.append(.rolloutResumed, rollout: "r", host: nil, at: Samples.time(3))
    taken.release()
    #expect(try DaemonLock.holder(folder: folder.state) == nil)
    _ = try Self.lock(folder, "fourth")
  }

  @Test func whereNobodyHoldsItThereIsNothingToTakeOver() throws {
    let folder = try TemporaryFolder()
    let lock = try DaemonLock.takeOver(folder: folder.state, command: "first", at: Samples.start)
    #expect(try DaemonLock.holder(folder: folder.state) == lock.holder)
    lock.release()
    let next = try Self.lock(folder, "second")
    #expect(next.isInForce)
    next.release()
    #expect(!next.isInForce)
  }

  /// Whoever comes in between, one of them writes at the end, and it is the one that the lock file names.
  @Test func manyThatTakeOverLeaveOneWriter() async throws {
    let folder = try TemporaryFolder()
    let hung = try Self.lock(folder, "hung")
    try folder.open().takeFence(hung, at: Samples.start)
    let writers = await withTaskGroup(of: (DaemonLock, FleetStore)?.self) { group in
      for number in 0..<8 {
        group.addTask {
          guard
            let lock = try? DaemonLock.takeOver(
              folder: folder.state, command: "taker \(number)", at: Samples.time(number)),
            let store = try? folder.open(), (try? store.takeFence(lock, at: Samples.time(number))) != nil
          else { return nil }
          return (lock, store)
        }
      }
      var all: [(DaemonLock, FleetStore)] = []
      for await one in group { if let one { all.append(one) } }
      return all
    }
    let able = writers.filter { (try? $0.1.checkFence()) != nil }
    #expect(able.count == 1)
    #expect(try DaemonLock.holder(folder: folder.state) == able.first?.0.holder)
  }
}
