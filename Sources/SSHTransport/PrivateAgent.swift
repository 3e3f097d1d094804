import Glibc
import Synchronization

/// An ssh-agent of our own, for keys we cannot or should not sign with ourselves: encrypted ones, whose decryption costs
/// half a second each time, and RSA.
///
/// A small shell supervises it and ends it, and removes its folder, when our end of a pipe closes: so it goes with us
/// even if we are killed. All functions block: not for the loop.
final class PrivateAgent: Sendable {
  /// A local program that starts, prints a line and listens.
  private static let startTime = Duration.seconds(5)
  private static let endTime = Duration.seconds(5)
  /// Without a person: bcrypt takes up to a second, on a busy machine some.
  private static let addTime = Duration.seconds(30)
  /// With a person who looks for a passphrase.
  private static let promptTime = Duration.seconds(300)

  private let folder: String
  let socketPath: String
  private let supervisor: ChildProcess
  /// Open for as long as the agent shall live.
  private let lifeline: Mutex<Int32?>

  private init(folder: String, supervisor: ChildProcess, lifeline: Int32) {
    self.folder = folder
    self.supervisor = supervisor
    self.lifeline = Mutex(lifeline)
    socketPath = folder + "/agent"
  }

  deinit { stop() }

  /// Where a passphrase comes from. It never passes a command line or an environment.
  enum Passphrase: Sendable {
    /// The first line of this file.
    case file(String)
    /// ssh-add asks on the terminal.
    case terminal
    /// The key has none.
    case none
  }

  private static let supervision = """
    umask 077
    ssh-agent -D -a "$1/agent" &
    agent=$!
    read -r line
    kill "$agent"
    wait "$agent"
    rm -rf "$1"
    """

  static func start() -> Result<PrivateAgent, SSHError> {
    func failed(_ text: String, _ code: Int32) -> Result<PrivateAgent, SSHError> {
      .failure(SSHError(.agentUnavailable, host: "-", text, cause: SystemCall.text(code)))
    }
    guard let folder = makeFolder() else { return failed("no folder for a private ssh-agent", errno) }
    guard let life = ChildProcess.pipe() else { return failed("no pipe for a private ssh-agent", errno) }
    guard let words = ChildProcess.pipe() else {
      close(life.read)
      close(life.write)
      return failed("no pipe for a private ssh-agent", errno)
    }
    let started = ChildProcess.start(
      ["/bin/sh", "-c", supervision, "sevfleet-agent", folder], environment: environment([]),
      streams: .init(input: life.read, output: words.write, errors: nil), ownSession: true)
    close(life.read)
    close(words.write)
    defer { close(words.read) }
    guard case .started(let child) = started else {
      close(life.write)
      rmdir(folder)
      return failed("no private ssh-agent could be started", ENOENT)
    }
    let agent = PrivateAgent(folder: folder, supervisor: child, lifeline: life.write)
    // It prints the variables of its socket once it listens.
    let said = ChildProcess.read(words.read, limit: 4096, atMost: startTime) { $0.contains(UInt8(ascii: "\n")) }
    guard let said, !said.isEmpty else {
      agent.stop()
      return failed("the private ssh-agent does not start (is openssh-client installed?)", ENOENT)
    }
    return .success(agent)
  }

  /// Ends the agent and forgets its keys. Repeatable.
  func stop() {
    let descriptor = lifeline.withLock { lifeline in
      defer { lifeline = nil }
      return lifeline
    }
    guard let descriptor else { return }
    close(descriptor)
    _ = supervisor.wait(atMost: Self.endTime)
  }

  /// Loads a key file. The text of a failure is ssh-add's.
  func add(_ path: String, passphrase: Passphrase) -> Result<Void, SSHError> {
    guard let words = ChildProcess.pipe() else {
      return .failure(SSHError(.systemLimit, host: "-", "no pipe for ssh-add", cause: SystemCall.text(errno)))
    }
    defer { close(words.read) }
    var extra = ["SSH_AUTH_SOCK=\(socketPath)", "SSH_ASKPASS_REQUIRE=never"]
    var input: Int32?
    var time = Self.addTime
    switch passphrase {
    case .none: break
    case .terminal:
      input = open("/dev/tty", O_RDWR | O_CLOEXEC)
      time = Self.promptTime
    case .file(let file):
      guard let script = makeAskpass() else {
        close(words.write)
        return .failure(SSHError(.systemLimit, host: "-", "no script to hand over the passphrase"))
      }
      extra = ["SSH_AUTH_SOCK=\(socketPath)", "SSH_ASKPASS_REQUIRE=force", "SSH_ASKPASS=\(script)"]
      input = open(file, O_RDONLY | O_CLOEXEC)
    }
    let started = ChildProcess.start(
      ["ssh-add", "-q", "--", path], environment: Self.environment(extra),
      streams: .init(input: input, output: nil, errors: words.write), ownSession: time != Self.promptTime)
    close(words.write)
    if let input { close(input) }
    guard case .started(let child) = started else {
      return .failure(SSHError(.agentUnavailable, host: "-", "ssh-add cannot be started (openssh-client)"))
    }
    let said = ChildProcess.read(words.read, limit: 4096, atMost: time)
    let status = child.wait(atMost: said == nil ? .zero : Self.endTime)
    if status == 0 { return .success(()) }
    let text = String(decoding: said ?? [], as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
    return .failure(
      SSHError(
        .keyUnreadable, host: "-", "the key \(path) could not be loaded into the private ssh-agent",
        cause: text.isEmpty ? nil : "ssh-add: \(text)"))
  }

  // MARK: Files and environment

  /// The script ssh-add asks for the passphrase: it hands on the next line of its standard input, which is the
  /// passphrase file. A second question finds no more lines, and ssh-add gives up.
  private func makeAskpass() -> String? {
    let path = folder + "/askpass"
    let script = Array("#!/bin/sh\nIFS= read -r line\nprintf '%s\\n' \"$line\"\n".utf8)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o700)
    guard descriptor >= 0 else { return nil }
    let count = write(descriptor, script, script.count)
    close(descriptor)
    return count == script.count ? path : nil
  }

  /// A folder only we can enter; short, since socket paths are.
  private static func makeFolder() -> String? {
    var template = Array("/tmp/sevfleet-agent-XXXXXX".utf8CString)
    return template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
  }

  private static func environment(_ extra: [String]) -> [String] {
    var result = ["LC_ALL=C"]
    for name in ["PATH", "HOME", "TERM"] {
      if let value = getenv(name) { result.append("\(name)=\(String(cString: value))") }
    }
    if getenv("PATH") == nil { result.append("PATH=/usr/bin:/bin") }
    return result + extra
  }
}
