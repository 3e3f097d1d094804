import Foundation
import Glibc

/// One command on the controller, bounded in time and output.
package enum LocalCommand {
  /// How long a command that was told to end may take before it is killed.
  private static let grace = Duration.seconds(5)
  /// What a command is given of the controller's own environment, besides `SEVFLEET_*`: never its cloud credentials.
  private static let inherited: Set<String> = ["PATH", "HOME", "LANG"]
  /// Between two looks at a running command; a hook takes seconds.
  private static let look = Duration.milliseconds(50)

  /// Exit status (`nil`: it was ended for taking too long) and the first bytes of what it printed.
  ///
  /// Its output goes to a file: a child of its own that outlives it, and keeps a pipe open, is waited for by nobody.
  package static func run(
    _ argv: [String], environment: [String: String] = [:], timeout: Duration, outputLimit: Int
  ) async throws -> (status: Int32?, output: String) {
    guard let program = argv.first else { return (127, "an empty command") }
    let output = temporaryFile()
    guard output >= 0 else { return (127, "cannot be started: there is no room for its output") }
    let file = FileHandle(fileDescriptor: output, closeOnDealloc: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.hasPrefix("/") ? program : "/usr/bin/env")
    process.arguments = program.hasPrefix("/") ? Array(argv.dropFirst()) : argv
    process.environment = ProcessInfo.processInfo.environment
      .filter { inherited.contains($0.key) || $0.key.hasPrefix("SEVFLEET_") }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = file
    process.standardError = file
    do {
      try process.run()
    } catch {
      return (127, "cannot be started: \(error.localizedDescription)")
    }
    let ended = await hasEnded(process, within: timeout)
    if !ended {
      process.terminate()
      if !(await hasEnded(process, within: grace)) {
        kill(process.processIdentifier, SIGKILL)
        _ = await hasEnded(process, within: grace)
      }
    }
    return (ended ? status(process) : nil, read(output, outputLimit))
  }

  /// As a shell says it: 128 and the signal for a command that a signal ended.
  private static func status(_ process: Process) -> Int32 {
    process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  /// An open file without a name: it is gone with the last descriptor.
  private static func temporaryFile() -> Int32 {
    var path = Array((FileManager.default.temporaryDirectory.path + "/sevfleet-command.XXXXXX").utf8CString)
    let file = mkstemp(&path)
    if file >= 0 { unlink(path) }
    return file
  }

  private static func hasEnded(_ process: Process, within timeout: Duration) async -> Bool {
    let end = ContinuousClock.now + timeout
    while process.isRunning {
      if ContinuousClock.now >= end { return false }
      do {
        try await Task.sleep(for: look)
      } catch {
        // Whoever waits was told to leave; the command is ended as one that took too long.
        return false
      }
    }
    return true
  }

  private static func read(_ file: Int32, _ limit: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = pread(file, &bytes, limit, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
