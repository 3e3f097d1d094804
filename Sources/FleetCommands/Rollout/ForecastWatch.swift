import FleetCore
import Synchronization

/// The forecast for a line that is drawn often. It never fails: without a forecast there is only less to see.
final class ForecastWatch: Sendable {
  /// Between two forecasts: they change by minutes, and each reads what was journalled since.
  private static let pace = Duration.seconds(10)

  private struct State {
    var forecaster: RolloutForecaster?
    var madeAt: Instant?
    var sentence: String?
  }

  private let make: @Sendable () throws -> RolloutForecaster
  private let state = Mutex(State())

  /// `make` is called when somebody first wants to know.
  init(_ make: @escaping @Sendable () throws -> RolloutForecaster) { self.make = make }

  func sentence(at now: Instant) -> String? {
    state.withLock { state in
      if let madeAt = state.madeAt, now - madeAt < Self.pace { return state.sentence }
      state.madeAt = now
      do {
        var forecaster = try state.forecaster ?? make()
        state.sentence = try forecaster.forecast(at: now)?.sentence
        state.forecaster = forecaster
      } catch {
        state.sentence = nil
      }
      return state.sentence
    }
  }
}
