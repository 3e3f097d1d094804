import FleetCore
import FleetEngine

/// Hosts, and what a person asks about one.
enum HostRoutes {
  static func routes(_ services: RouteServices) -> [Route] {
    let source = services.source
    return [
      .read("/v1/hosts", "listHosts", "The declared hosts, targets and schedules.", schema: "sevfleet.inventory/1") {
        _ in
        .json(try source.inventory())
      },
      .read("/v1/hosts/{host}", "showHost", "A declared host and its last look.", schema: "sevfleet.host/1") { call in
        .json(try source.host(HostID(call.parameter("host"))))
      },
      .read(
        "/v1/hosts/{host}/history", "tellHistory", "Everything ever recorded of a host.", schema: "sevfleet.history/1"
      ) { call in
        .json(try source.history(HostID(call.parameter("host"))))
      },
      .read(
        "/v1/hosts/{host}/why", "tellWhy", "The first reason why nothing happens to a host.", schema: "sevfleet.why/1"
      ) { call in
        let document = try await source.why(HostID(call.parameter("host")))
        return .json(document)
      },
      .read(
        "/v1/observations", "listObservations", "The last look at every declared host.",
        schema: "sevfleet.observation/1"
      ) { _ in
        .json(try source.observations())
      },
      .act(
        "/v1/hosts/{host}/release", "releaseHost", "Gives a quarantined or adopted host back.",
        body: [Field("reason", .text(most: ServerBounds.reason), required: true, "why, for the record")]
      ) { call in
        let host = HostID(call.parameter("host"))
        let request = ControlRequest(.release, by: call.actor, reason: call.body.text("reason"), host: host)
        return try .action(await source.asked(request), host: host)
      },
    ]
  }
}
