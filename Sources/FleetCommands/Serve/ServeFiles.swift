import FleetCore
import FleetFormats
import Synchronization

/// The operator's files as they were read last without a mistake.
final class ServeFiles: Sendable {
  private struct State {
    var context: CommandContext
    var isGood = true
    /// The mistakes told last; the same ones are told once.
    var told: String?
  }

  private let state: Mutex<State>

  init(_ context: CommandContext) { state = Mutex(State(context: context)) }

  /// What work goes on with.
  var current: CommandContext { state.withLock(\.context) }

  /// Whether there was no mistake when they were read last.
  var isGood: Bool { state.withLock(\.isGood) }

  /// Reads everything again. `nil`: there are mistakes, which are told once, and nothing new is planned with them.
  func reload() -> CommandContext? {
    let options = current.options
    do {
      let context = try CommandContext(options)
      state.withLock { $0 = State(context: context) }
      return context
    } catch {
      let text = CommandError(error).text
      let isNews = state.withLock { state in
        defer { state.told = text }
        state.isGood = false
        return state.told != text
      }
      if isNews { Output.note("nothing is planned before this is mended: \(text)") }
      return nil
    }
  }
}
