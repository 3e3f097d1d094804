import FleetCore
import FleetEngine
import FleetStore

/// Whether the process lives, whether it works, and its numbers.
enum HealthRoutes {
  /// `sevfleet.health/1`.
  private struct Health: Encodable {
    var schema = "sevfleet.health/1"
    var healthy = true
  }

  /// `sevfleet.ready/1`.
  struct Readiness: Encodable {
    var schema = "sevfleet.ready/1"
    var ready: Bool
    /// What is wrong, a sentence each.
    var problems: [String]
  }

  static func routes(_ services: RouteServices) -> [Route] {
    [
      Route(
        method: .get, path: PathTemplate("/healthz"), name: "tellHealth", about: "Whether the process answers.",
        answers: [json("sevfleet.health/1", "it does")]
      ) { _ in
        try .json(Health())
      },
      Route(
        method: .get, path: PathTemplate("/readyz"), name: "tellReadiness",
        about: "Whether the controller holds its journal and its files and tokens can be read.",
        answers: [json("sevfleet.ready/1", "it is ready"), json("sevfleet.ready/1", "it is not", status: 503)]
      ) { _ in
        let readiness = readiness(services)
        return try .json(readiness, status: readiness.ready ? 200 : 503)
      },
      Route(
        method: .get, path: PathTemplate("/metrics"), role: .viewer, name: "tellMetrics",
        about: "Numbers for Prometheus.",
        answers: [Route.ShownAnswer(status: 200, contentType: "text/plain", schema: nil, about: "text format 0.0.4")]
      ) { _ in
        let text = try await services.metrics.text()
        return Answer(contentType: "text/plain; version=0.0.4; charset=utf-8", body: .text(text))
      },
    ]
  }

  private static func json(_ schema: String, _ about: String, status: Int = 200) -> Route.ShownAnswer {
    Route.ShownAnswer(status: status, contentType: "application/json", schema: schema, about: about)
  }

  /// Whoever may not read is told what, and not why: causes name paths.
  private static func readiness(_ services: RouteServices) -> Readiness {
    var problems: [String] = []
    if (try? services.source.store.checkFence()) == nil { problems.append("another controller has taken over") }
    if (try? services.source.store.lastSeq()) == nil { problems.append("the journal cannot be read") }
    if (try? services.gate.tokens.tokens()) == nil { problems.append("the tokens cannot be read") }
    if !services.source.hasGoodFiles { problems.append("there are mistakes in the operator's files") }
    return Readiness(ready: problems.isEmpty, problems: problems)
  }
}
