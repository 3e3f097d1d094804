/// The document that tells programs all this.
enum DocumentRoute {
  static let path = "/openapi.json"

  static func route(_ document: @escaping @Sendable () throws -> Answer) -> Route {
    Route(
      method: .get, path: PathTemplate(path), name: "tellRoutes", about: "This document.",
      answers: [
        Route.ShownAnswer(status: 200, contentType: "application/json", schema: nil, about: "OpenAPI 3.1")
      ]
    ) { _ in
      try document()
    }
  }
}

extension RouteTable {
  /// Every route of the server.
  init(_ services: RouteServices, pages: (any ServerPages)?) {
    let routes =
      HealthRoutes.routes(services) + HostRoutes.routes(services) + PlanRoutes.routes(services)
      + RolloutRoutes.routes(services)
      + FleetRoutes.routes(services) + EventRoutes.routes(services) + SessionRoutes.routes(services)
      + (pages?.routes.map(\.route) ?? [])
    // It tells of itself too; what it answers is not needed for that.
    let told = RouteTable(routes: routes + [DocumentRoute.route { .html("") }])
    self.init(routes: routes + [DocumentRoute.route { try .json(OpenAPIDocument(table: told).json) }])
  }
}
