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
    defer { close(output) }
    let variables = ProcessInfo.processInfo.environment
      .filter { inherited.contains($0.key) || $0.key.hasPrefix("SEVFLEET_") }.merging(environment) { $1 }
    let started: SpawnedProgram
    do throws(SpawnedProgram.Refusal) {
      started = try SpawnedProgram(
        program.hasPrefix("/") ? argv : ["/usr/bin/env"] + argv, environment: variables, output: output)
    } catch {
      return (127, "cannot be started: \(error.text)")
    }
    let isOver = await hasEnded(started, within: timeout)
    if !isOver {
      started.send(SIGTERM)
      if !(await hasEnded(started, within: grace)) {
        started.send(SIGKILL)
        // Whoever waits may have been told to leave; what was killed is seen to its end all the same.
        _ = await Task { await hasEnded(started, within: grace) }.value
      }
    }
    return (isOver ? started.status : nil, read(output, outputLimit))
  }

  /// An open file without a name: it is gone with the last descriptor.
  private static func temporaryFile() -> Int32 {
    var path = Array((FileManager.default.temporaryDirectory.path + "/sevfleet-command.XXXXXX").utf8CString)
    let file = mkstemp(&path)
    if file >= 0 { unlink(path) }
    return file
  }

  private static func hasEnded(_ program: SpawnedProgram, within timeout: Duration) async -> Bool {
    let end = ContinuousClock.now + timeout
    while program.status == nil {
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
