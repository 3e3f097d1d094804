import CLinux
import Glibc
import Synchronization

/// What the loop's thread and everyone else share: the epoll descriptor, the inbox, and the bell.
///
/// It outlives `SSHLoop` for as long as the thread needs it, so that the thread never touches a loop that is gone.
final class LoopPort: Sendable {
  /// What other threads hand to the loop.
  struct Inbox {
    var jobs: [UnownedJob] = []
    var posts: [@Sendable (SSHLoop) -> Void] = []
    var isEmpty: Bool { jobs.isEmpty && posts.isEmpty }
  }

  let epoll: Int32
  let bell: Int32
  let inbox = Mutex(Inbox())
  /// The loop's thread; an atomic, since every thread asks "am I on the loop?".
  let thread = Atomic<UInt>(0)
  let stopped = Atomic<Bool>(false)
  private let rung = Atomic<Bool>(false)

  init() throws(SSHError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard epoll >= 0, bell >= 0 else {
      throw SSHError(.systemLimit, host: "-", "no descriptor for the event loop", cause: SystemCall.text(errno))
    }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: bell))
    epoll_ctl(epoll, EPOLL_CTL_ADD, bell, &event)
  }

  deinit {
    close(epoll)
    close(bell)
  }

  var isOnLoop: Bool { thread.load(ordering: .acquiring) == pthread_self() }

  func enqueue(_ job: UnownedJob) {
    inbox.withLock { $0.jobs.append(job) }
    if !isOnLoop { ring() }
  }

  func post(_ work: @escaping @Sendable (SSHLoop) -> Void) {
    inbox.withLock { $0.posts.append(work) }
    if !isOnLoop { ring() }
  }

  func stop() {
    stopped.store(true, ordering: .releasing)
    ring()
  }

  /// Wakes `epoll_wait`; one write for any number of callers until the loop answers.
  private func ring() {
    guard !rung.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var one: UInt64 = 1
    write(bell, &one, 8)
  }

  /// Called on the loop before it looks into the inbox, so that no ring is lost.
  func answerBell() {
    var count: UInt64 = 0
    read(bell, &count, 8)
    rung.store(false, ordering: .releasing)
  }
}
