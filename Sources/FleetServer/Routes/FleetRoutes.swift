import FleetCore
import FleetFormats
import FleetStore

/// The fleet as a whole: compliance, catalog, the journal.
enum FleetRoutes {
  static func routes(_ services: RouteServices) -> [Route] {
    let source = services.source
    return [
      .read(
        "/v1/compliance", "reportCompliance", "Every host against its target.", schema: "sevfleet.compliance/1",
        query: [Field("at", .time, "as of this time instead of now")]
      ) { call in
        .json(try source.compliance(at: call.query.time("at")))
      },
      .read("/v1/catalog", "listCatalog", "The images of the catalog.", schema: "sevfleet.catalog/1") { _ in
        .json(try source.catalog())
      },
      .read(
        "/v1/audit", "readJournal", "A page of the journal, oldest first.", schema: "sevfleet.journal/1",
        query: [
          Field("after", .integer(0...Int.max), "behind this entry; 0: from the first"),
          Field("limit", .integer(1...ServerBounds.journalPage), "entries at most"),
        ]
      ) { call in
        try .json(page(source, after: Int64(call.query.integer("after") ?? 0), limit: call.query.integer("limit")))
      },
    ]
  }

  private static func page(_ source: any ServerSource, after: Int64, limit: Int?) throws -> JournalDocument {
    let limit = limit ?? ServerBounds.journalPage
    let entries = try source.store.entries(after: after, limit: limit)
    return JournalDocument(entries, next: entries.count == limit ? entries.last?.seq : nil)
  }
}
