import FleetCore
import FleetEngine

/// `sevfleet.action/1`: what became of something that was asked for.
struct ActionDocument: Encodable, Hashable, Sendable {
  static let schemaName = "sevfleet.action/1"

  var schema = Self.schemaName
  /// `done` or `accepted`; a refusal is an error.
  var outcome: String
  var text: String
  var rollout: String?
  var host: HostID?
}

extension ServerSource {
  /// Asks the desk, and goes on with it also where whoever asked goes away or the server ends: what was begun on a host
  /// is not left in the middle for that.
  func asked(_ request: ControlRequest) async -> ControlAnswer { await Task { await ask(request) }.value }
}

extension Answer {
  /// What the controller answered; throws what it refused.
  static func action(_ answer: ControlAnswer, rollout: String? = nil, host: HostID? = nil) throws -> Answer {
    switch answer.outcome {
    case .refused: throw APIProblem(answer)
    case .done, .accepted:
      let document = ActionDocument(
        outcome: answer.outcome.rawValue, text: answer.text, rollout: rollout, host: host)
      return try .json(document, status: answer.outcome == .done ? 200 : 202)
    }
  }
}
