import FleetCore

/// The journal as it is written.
enum EventRoutes {
  static func routes(_ services: RouteServices) -> [Route] {
    [
      Route(
        method: .get, path: PathTemplate("/v1/events"), role: .viewer, name: "followJournal",
        about: "The journal as server-sent events: id is seq, event is kind, data is an event of sevfleet.journal/1. "
          + "It begins behind Last-Event-ID, else behind `after`, else now.",
        query: [Field("after", .integer(0...Int.max), "behind this entry; 0: from the first")],
        answers: [
          Route.ShownAnswer(
            status: 200, contentType: "text/event-stream", schema: nil, about: "events, until either side ends")
        ]
      ) { call in
        let reader = try services.feed.open(after: try start(call), hangUp: call.hangUp)
        let gate = services.gate
        let caller = call.caller
        let stream = EventStream(reader: reader) { caller.map { gate.stillAdmits($0) } ?? false }
        // Proxies that keep answers back until they are whole would keep events back for ever.
        return Answer(
          contentType: "text/event-stream", headers: [("x-accel-buffering", "no")], body: .events(stream))
      }
    ]
  }

  /// What a browser sends when it comes back counts more than the address that it began with.
  private static func start(_ call: Call) throws(APIProblem) -> Int64? {
    guard let text = call.lastEventID, !text.isEmpty else { return call.query.integer("after").map { Int64($0) } }
    guard let seq = Int64(text), seq >= 0 else {
      throw APIProblem(
        400, "badEventID", "Last-Event-ID is no entry of the journal", expected: "a whole number",
        found: String(text.prefix(ServerBounds.name)))
    }
    return seq
  }
}
