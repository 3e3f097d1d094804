import Glibc
import Synchronization

/// A program that was started, and how it ended as the kernel tells it.
///
/// Foundation's `Process` learns of an end by a socket that it leaves its child. A program that closes what it was left, or
/// puts a file in that place, as `exec 9>lock` may, makes it wait for that one and hear of no other.
package final class SpawnedProgram: Sendable {
  package struct Refusal: Error, Sendable {
    package let text: String
  }

  private let id: pid_t
  private let ended = Mutex<Int32?>(nil)

  /// Starts the program at `argv[0]`, a path, in a process group of its own, so that what a terminal sends the controller
  /// is not sent to it; its input is empty, and no signal is blocked or ignored. Both of its outputs go to `output`.
  package init(_ argv: [String], environment: [String: String], output: Int32) throws(Refusal) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    let words = Self.copies(argv)
    let variables = Self.copies(environment.map { "\($0.key)=\($0.value)" })
    defer { for text in words + variables { free(text) } }
    var id: pid_t = 0
    let error = posix_spawn(&id, argv[0], &actions, &attributes, words, variables)
    guard error == 0 else { throw Refusal(text: String(cString: strerror(error))) }
    self.id = id
  }

  private static func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { (text: String) -> UnsafeMutablePointer<CChar>? in strdup(text) } + [nil]
  }

  /// Its exit status, or as a shell says it 128 and the signal that ended it; `nil`: it has not ended.
  package var status: Int32? {
    ended.withLock { ended in
      var word: Int32 = 0
      if ended == nil, waitpid(id, &word, WNOHANG) == id {
        let signal = word & 0x7F
        ended = signal == 0 ? (word >> 8) & 0xFF : 128 + signal
      }
      return ended
    }
  }

  /// Nothing is sent to what has ended: its number may be another program's by now.
  package func send(_ signal: Int32) { if status == nil { kill(id, signal) } }
}
