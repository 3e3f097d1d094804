import Foundation
import Glibc
import Synchronization

/// A headless Chromium of our own, spoken to over two pipes: it listens on no port, so nobody else can drive it.
///
/// Messages are JSON with a NUL after each, as `--remote-debugging-pipe` has them on descriptors 3 and 4.
final class BrowserProcess: Sendable {
  /// What it says; ends when it does.
  let messages: AsyncStream<[UInt8]>

  private let id: pid_t
  private let folder: String
  private let input: Int32
  private let output: Int32
  private let isGone = Mutex(false)

  /// One read of the pipe.
  private static let chunk = 1 << 16
  /// So much of what it wrote on its errors is told when it fails.
  private static let longestTail = 600

  static func start(program: String) throws(BrowserError) -> BrowserProcess {
    let template = NSTemporaryDirectory() + "/sevfleet-browser-XXXXXX"
    var name = Array(template.utf8CString)
    guard mkdtemp(&name) != nil else { throw .notWritten(template) }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let down = Pipe(), let up = Pipe() else { throw .notStarted(program: program, code: errno) }
    let (id, code) = spawn(program, folder: folder, input: down.read, output: up.write)
    close(down.read)
    close(up.write)
    guard code == 0 else {
      close(down.write)
      close(up.read)
      try? FileManager.default.removeItem(atPath: folder)
      throw .notStarted(program: program, code: code)
    }
    return BrowserProcess(id: id, folder: folder, input: down.write, output: up.read)
  }

  private init(id: pid_t, folder: String, input: Int32, output: Int32) {
    self.id = id
    self.folder = folder
    self.input = input
    self.output = output
    let (messages, sink) = AsyncStream<[UInt8]>.makeStream()
    self.messages = messages
    Thread.detachNewThread { Self.read(output, into: sink) }
  }

  /// Whether all of it was written.
  func send(_ message: String) -> Bool {
    var rest = Array(message.utf8) + [0]
    while !rest.isEmpty {
      let count = write(input, rest, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest.removeFirst(count)
    }
    return true
  }

  /// What it last wrote on its errors.
  var tail: String {
    let text = (try? String(contentsOfFile: "\(folder)/stderr", encoding: .utf8)) ?? ""
    return String(text.suffix(Self.longestTail))
  }

  /// Ends it, whatever it is doing, with its children, and removes its folder. Once.
  func end() {
    let isFirst = isGone.withLock { gone in
      defer { gone = true }
      return !gone
    }
    guard isFirst else { return }
    close(input)
    // Its children are of its group, which has its id.
    kill(-id, SIGKILL)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func read(_ descriptor: Int32, into sink: AsyncStream<[UInt8]>.Continuation) {
    var buffer = [UInt8](repeating: 0, count: chunk)
    var message: [UInt8] = []
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      var rest = buffer[..<count]
      while let end = rest.firstIndex(of: 0) {
        sink.yield(message + rest[..<end])
        message = []
        rest = rest[(end + 1)...]
      }
      message += rest
    }
    close(descriptor)
    sink.finish()
  }

  private static func arguments(_ program: String, _ folder: String) -> [String] {
    var arguments = [
      program, "--headless=new", "--remote-debugging-pipe", "--user-data-dir=\(folder)/profile", "--no-first-run",
      "--no-default-browser-check", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-default-apps", "--mute-audio",
      "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
      "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
      "--disable-background-timer-throttling", "about:blank",
    ]
    // Its sandbox refuses to be root's; what it shows here is ours alone.
    if geteuid() == 0 { arguments.insert("--no-sandbox", at: 1) }
    return arguments
  }

  private static func spawn(
    _ program: String, folder: String, input: Int32, output: Int32
  ) -> (id: pid_t, code: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "\(folder)/stderr", O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_adddup2(&actions, input, 3)
    posix_spawn_file_actions_adddup2(&actions, output, 4)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    // What it keeps for a user lands in the folder that goes with it.
    let environment = ["PATH=\(path)", "HOME=\(folder)", "LANG=C.UTF-8"]
    var id = pid_t()
    var argv = arguments(program, folder).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    let code = posix_spawnp(&id, program, &actions, &attributes, &argv, &envp)
    return (id, code)
  }

  /// Two ends that no other child inherits, above those that the browser wants.
  private struct Pipe {
    let read: Int32
    let write: Int32

    init?() {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
      for end in ends { close(end) }
      guard moved.allSatisfy({ $0 >= 0 }) else { return nil }
      (read, write) = (moved[0], moved[1])
    }
  }
}
