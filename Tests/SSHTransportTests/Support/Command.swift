import Foundation
import Glibc
import SSHTransport
import Synchronization

/// Runs programs for tests.
enum Command {
  struct Failure: Error { var text: String }

  /// Runs to its end and returns standard output; throws with both outputs if the status is not 0.
  @discardableResult
  static func run(_ argv: [String], environment: [String: String] = [:]) throws -> String {
    guard let pipe = ChildProcess.pipe() else { throw Failure(text: "no pipe") }
    defer { close(pipe.read) }
    let start = ChildProcess.start(
      argv, environment: merged(environment), streams: .init(output: pipe.write, errors: pipe.write), ownSession: true)
    close(pipe.write)
    guard case .started(let child) = start else { throw Failure(text: "\(argv): \(start)") }
    let output = ChildProcess.read(pipe.read, limit: 16 << 20, atMost: .seconds(60))
    let status = child.wait(atMost: .seconds(5))
    let text = String(decoding: output ?? [], as: UTF8.self)
    guard status == 0 else { throw Failure(text: "\(argv.joined(separator: " ")): \(status ?? -1): \(text)") }
    return text
  }

  static func merged(_ more: [String: String]) -> [String] {
    ProcessInfo.processInfo.environment.merging(more) { $1 }.map { "\($0)=\($1)" }
  }
}

/// A program that ends when this object is stopped, or when the test process dies.
final class Daemon: Sendable {
  private let child: ChildProcess
  private let lifeline: Mutex<Int32?>

  /// - Parameter command: shell text that starts the daemon in the foreground.
  init(_ command: String, environment: [String: String] = [:]) throws {
    guard let pipe = ChildProcess.pipe() else { throw Command.Failure(text: "no pipe") }
    let script = "(\(command)) & child=$!; read -r line; kill \"$child\" 2>/dev/null; wait \"$child\""
    let start = ChildProcess.start(
      ["/bin/sh", "-c", script], environment: Command.merged(environment), streams: .init(input: pipe.read),
      ownSession: true)
    close(pipe.read)
    lifeline = Mutex(pipe.write)
    guard case .started(let child) = start else { throw Command.Failure(text: "\(command): \(start)") }
    self.child = child
  }

  func stop() {
    let end = lifeline.withLock { lifeline in
      defer { lifeline = nil }
      return lifeline
    }
    guard let end else { return }
    close(end)
    _ = child.wait(atMost: .seconds(5))
  }
}

/// A folder for one test, gone after it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/sshtest-\(UUID().uuidString.prefix(13))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
    let file = path + "/" + name
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    return file
  }
}

/// Looks again and again until `condition` holds, and lets others run meanwhile.
func eventually(_ what: String, within seconds: Double = 20, _ condition: () throws -> Bool) async throws {
  let end = Date().addingTimeInterval(seconds)
  while try !condition() {
    guard Date() < end else { throw Command.Failure(text: "not within \(seconds) s: \(what)") }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// As `eventually`, and blocks its thread: for what other processes do.
func blockUntil(_ what: String, within seconds: Double = 20, _ condition: () throws -> Bool) throws {
  let end = Date().addingTimeInterval(seconds)
  while try !condition() {
    guard Date() < end else { throw Command.Failure(text: "not within \(seconds) s: \(what)") }
    usleep(5_000)
  }
}
