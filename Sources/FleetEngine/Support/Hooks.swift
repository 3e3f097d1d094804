import FleetCore
import Foundation

/// Runs the operator's own commands at the agreed points; a non-zero end is a veto (RULES H).
enum Hooks {
  /// Output of a hook kept for the journal; the rest is cut.
  private static let outputLimit = 4096

  /// Whether a hook is set for this point and has not said yes yet.
  static func isWanted(_ point: Policy.HookPoint, _ runner: HostRunner) -> Bool {
    runner.host.policy.hooks[point] != nil && !runner.run.isDone(EffectID(.hook, point.rawValue))
  }

  /// Runs the hook of this point, once per run. A hook must bear being run again: one that was cut off is.
  static func run(_ point: Policy.HookPoint, _ runner: HostRunner) async throws {
    guard let hook = runner.host.policy.hooks[point] else { return }
    let effect = EffectID(.hook, point.rawValue)
    if runner.run.isDone(effect) { return }
    if runner.run.openEffect(effect) == nil {
      try runner.record(.effectIntended(effect: effect, token: hook.argv.joined(separator: " ")))
    }
    try runner.begin(effect)
    let (status, output) = try await LocalCommand.run(
      hook.argv, environment: ["SEVFLEET_HOST": runner.host.id.rawValue, "SEVFLEET_ROLLOUT": runner.rollout],
      timeout: hook.timeout, outputLimit: outputLimit)
    Failpoint.hit("after \(runner.host.id) effect \(effect)")
    // A hook that was ended because the controller leaves said nothing; it is run again.
    if status == nil { try Task.checkCancellation() }
    guard status == 0 else {
      let text = "hook \(point.rawValue) said no (\(status.map { "exit \($0)" } ?? "no end in time")): \(output)"
      try runner.record(.effectObserved(effect: effect, result: .failed(text)))
      throw Failure(.hookVeto, text, expected: "exit 0", found: status.map { "\($0)" })
    }
    try runner.record(.effectObserved(effect: effect, result: .done(output)))
  }
}
