import Foundation

/// The real executable, run as a user runs it.
enum Program {
  struct Ended: Sendable {
    var status: Int32
    var stdout: String
    var stderr: String
    /// Ended by a signal, as a killed controller is.
    var wasKilled: Bool
  }

  /// Built beside the tests, from the same products.
  static let path: String = {
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = tests.deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("sevfleet").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return "sevfleet"
  }()

  /// Runs to the end; `limit` is a backstop against a hang, never a measurement. `meanwhile` gets the process's id.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], limit: Duration = .seconds(600),
    meanwhile: (pid_t) async throws -> Void = { _ in }
  ) async throws -> Ended {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    async let out = read(output)
    async let err = read(errors)
    try await meanwhile(process.processIdentifier)
    let end = ContinuousClock.now + limit
    while process.isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
    if process.isRunning { process.terminate() }
    let (stdout, stderr) = await (out, err)
    process.waitUntilExit()
    return Ended(
      status: process.terminationStatus, stdout: stdout, stderr: stderr,
      wasKilled: process.terminationReason == .uncaughtSignal)
  }

  private static func read(_ pipe: Pipe) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        continuation.resume(returning: String(decoding: data, as: UTF8.self))
      }
    }
  }
}
