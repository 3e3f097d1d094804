import FleetCore
import FleetStore
import Glibc
import Testing

@Suite struct DaemonLockTests {
  @Test func aSecondTakerIsToldWhoHoldsIt() throws {
    let folder = try TemporaryFolder()
    #expect(try DaemonLock.holder(folder: folder.state) == nil)
    let lock = try DaemonLock.acquire(folder: folder.state, command: "sevfleet apply", at: Samples.start)
    #expect(lock.holder.pid == getpid())
    #expect(try DaemonLock.holder(folder: folder.state) == lock.holder)
    let second = #expect(throws: StoreError.self) {
      try DaemonLock.acquire(folder: folder.state, command: "sevfleet serve", at: Samples.time(1))
    }
    #expect(second == .locked(holder: lock.holder.text))
    #expect(lock.holder.text.hasPrefix("sevfleet apply, process \(getpid()) on "))
    lock.release()
    #expect(try DaemonLock.holder(folder: folder.state) == nil)
    let next = try DaemonLock.acquire(folder: folder.state, command: "sevfleet serve", at: Samples.time(2))
    lock.release()
    #expect(try DaemonLock.holder(folder: folder.state) == next.holder)
  }

  @Test func lettingGoOfTheValueGivesItBack() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 { _ = try DaemonLock.acquire(folder: folder.state, command: "x", at: Samples.start) }
    #expect(try DaemonLock.holder(folder: folder.state) == nil)
  }

  @Test func anotherProcessIsRefused() async throws {
    let folder = try TemporaryFolder()
    let lock = try DaemonLock.acquire(folder: folder.state, command: "sevfleet apply", at: Samples.start)
    let (state, holder) = (folder.state, lock.holder.text)
    await #expect(processExitsWith: .exitCode(75)) { [state = state as String, holder = holder as String] in
      do throws(StoreError) {
        _ = try DaemonLock.acquire(folder: state, command: "sevfleet serve", at: Samples.time(1))
      } catch .locked(holder) {
        exit(75)
      }
    }
    lock.release()
    await #expect(processExitsWith: .exitCode(0)) { [state = state as String] in
      let lock = try DaemonLock.acquire(folder: state, command: "sevfleet serve", at: Samples.time(1))
      exit(lock.holder.pid == getpid() ? 0 : 1)
    }
  }

  @Test func aKilledHolderLeavesNothingToCleanUp() async throws {
    let folder = try TemporaryFolder()
    let state = folder.state
    await #expect(processExitsWith: .signal(SIGKILL)) { [state = state as String] in
      let lock = try DaemonLock.acquire(folder: state, command: "sevfleet apply", at: Samples.start)
      kill(getpid(), SIGKILL)
      lock.release()
    }
    // The dead holder's words are still in the file and mean nothing.
    #expect(try DaemonLock.holder(folder: folder.state) == nil)
    let lock = try DaemonLock.acquire(folder: folder.state, command: "x", at: Samples.time(1))
    #expect(try DaemonLock.holder(folder: folder.state) == lock.holder)
  }

  @Test func aChildDoesNotKeepItAlive() throws {
    let folder = try TemporaryFolder()
    let lock = try DaemonLock.acquire(folder: folder.state, command: "sevfleet apply", at: Samples.start)
    let child = try #require(WaitingChild())
    #expect(child.isRunning)
    lock.release()
    let next = try DaemonLock.acquire(folder: folder.state, command: "sevfleet serve", at: Samples.time(1))
    #expect(child.isRunning)
    next.release()
  }
}

/// `cat`, which inherits every descriptor that may be inherited and waits until its standard input ends.
private final class WaitingChild {
  private let pid: pid_t
  private let input: Int32

  init?() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("cat"), nil]
    defer { free(arguments[0]) }
    let result = posix_spawn(&pid, "/bin/cat", &actions, nil, &arguments, nil)
    close(ends[0])
    guard result == 0 else {
      close(ends[1])
      return nil
    }
    self.pid = pid
    input = ends[1]
  }

  var isRunning: Bool { waitpid(pid, nil, WNOHANG) == 0 }

  deinit {
    close(input)
    waitpid(pid, nil, 0)
  }
}
