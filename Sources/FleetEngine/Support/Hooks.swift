import FleetCore
import Foundation

/// Runs the operator's own commands at the agreed points; a non-zero end is a veto (RULES H).
enum Hooks {
  /// Output of a hook kept for the journal; the rest is cut.
  private static let outputLimit = 4096

  static func run(_ point: Policy.HookPoint, _ runner: HostRunner) async throws {
    guard let hook = runner.host.policy.hooks[point] else { return }
    let effect = EffectID(.hook, point.rawValue)
    if runner.run.isDone(effect) { return }
    if runner.run.openEffect(effect) == nil {
      try runner.record(.effectIntended(effect: effect, token: hook.argv.joined(separator: " ")))
    }
    let (status, output) = try await LocalCommand.run(
      hook.argv, environment: ["SEVFLEET_HOST": runner.host.id.rawValue, "SEVFLEET_ROLLOUT": runner.rollout],
      timeout: hook.timeout, outputLimit: outputLimit)
    guard status == 0 else {
      let text = "hook \(point.rawValue) said no (\(status.map { "exit \($0)" } ?? "no end in time")): \(output)"
      try runner.record(.effectObserved(effect: effect, result: .failed(text)))
      throw Failure(.hookVeto, text, expected: "exit 0", found: status.map { "\($0)" })
    }
    try runner.record(.effectObserved(effect: effect, result: .done(output)))
  }
}

/// One command on the controller, bounded in time and output.
package enum LocalCommand {
  /// Exit status (`nil`: it was ended for taking too long) and the first bytes of what it printed.
  package static func run(
    _ argv: [String], environment: [String: String] = [:], timeout: Duration, outputLimit: Int
  ) async throws -> (status: Int32?, output: String) {
    guard let program = argv.first else { return (127, "an empty command") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.hasPrefix("/") ? program : "/usr/bin/env")
    process.arguments = program.hasPrefix("/") ? Array(argv.dropFirst()) : argv
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do {
      try process.run()
    } catch {
      return (127, "cannot be started: \(error.localizedDescription)")
    }
    let collected = Task.detached { () -> [UInt8] in
      var kept: [UInt8] = []
      while let chunk = try? pipe.fileHandleForReading.read(upToCount: 4096), !chunk.isEmpty {
        if kept.count < outputLimit { kept.append(contentsOf: chunk.prefix(outputLimit - kept.count)) }
      }
      return kept
    }
    let ended = await wait(process, timeout)
    if !ended { process.terminate() }
    let output = String(decoding: await collected.value, as: UTF8.self)
    return (ended ? process.terminationStatus : nil, output)
  }

  private static func wait(_ process: Process, _ timeout: Duration) async -> Bool {
    let end = ContinuousClock.now + timeout
    while process.isRunning {
      if ContinuousClock.now >= end { return false }
      try? await Task.sleep(for: .milliseconds(50))
    }
    return true
  }
}
