import CLinux
import Glibc

/// A child process, started and ended by us. These functions block: not for the loop.
package struct ChildProcess: Sendable {
  package let id: Int32

  package enum Start {
    case started(ChildProcess)
    case failed(Int32)
  }

  /// What a child gets as descriptors 0, 1 and 2; nil is /dev/null. Nothing else is passed on.
  package struct Streams {
    package var input: Int32?
    package var output: Int32?
    package var errors: Int32?

    package init(input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil) {
      self.input = input
      self.output = output
      self.errors = errors
    }
  }

  /// - Parameter ownSession: keeps the terminal's Ctrl-C away from it, and the terminal from it.
  package static func start(_ argv: [String], environment: [String], streams: Streams, ownSession: Bool) -> Start {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in [(Int32(0), streams.input), (1, streams.output), (2, streams.errors)] {
      if let source {
        posix_spawn_file_actions_adddup2(&actions, source, target)
      } else {
        posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    if ownSession { flags |= Int32(SPAWN_OWN_SESSION) }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var id = pid_t()
    let code = withCStrings(argv) { argv in
      withCStrings(environment) { environment in
        guard let program = argv[0] else { return EINVAL }
        return posix_spawnp(&id, program, &actions, &attributes, argv, environment)
      }
    }
    return code == 0 ? .started(ChildProcess(id: id)) : .failed(code)
  }

  /// Waits for the end, at most for `time`, then kills. Returns the wait status, nil if it had to be killed.
  package func wait(atMost time: Duration) -> Int32? {
    let deadline = MonotonicTime.now + time
    var status: Int32 = 0
    while true {
      let result = waitpid(id, &status, WNOHANG)
      if result == id { return status }
      if result < 0, errno != EINTR { return nil }
      if MonotonicTime.now >= deadline { break }
      // Ends are announced by closed pipes in all our uses, so this is a turn or two.
      usleep(2_000)
    }
    kill(id, SIGKILL)
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return nil
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the array holds at least the final nil") }
      return body(base)
    }
  }

  /// A pipe whose ends no other child inherits; nil if there are no descriptors.
  package static func pipe() -> (read: Int32, write: Int32)? {
    var ends: [Int32] = [-1, -1]
    return pipe2(&ends, O_CLOEXEC) == 0 ? (ends[0], ends[1]) : nil
  }

  /// Reads until end of file, `limit` bytes, `isEnough` or `time` is over; closes nothing. Nil if time was over.
  package static func read(
    _ descriptor: Int32, limit: Int, atMost time: Duration, isEnough: ([UInt8]) -> Bool = { _ in false }
  ) -> [UInt8]? {
    let deadline = MonotonicTime.now + time
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit, !isEnough(bytes) {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = deadline.millisecondsLeft
      if left == 0 { return nil }
      let ready = poll(&poller, 1, Int32(clamping: left))
      if ready <= 0 { continue }
      let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
      if count == 0 { break }
      if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
    }
    return bytes
  }
}
