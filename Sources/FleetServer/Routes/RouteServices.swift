/// What the routes work with.
struct RouteServices: Sendable {
  let source: any ServerSource
  let feed: EventFeed
  let gate: Gate
  let metrics: FleetMetrics
  /// Whether connections are TLS.
  let isSecure: Bool
}
