/// Every route there is. The router and the OpenAPI document are both made of it.
struct RouteTable: Sendable {
  let routes: [Route]

  /// The route of a request with what the names in its path stand for. Throws 404 and 405.
  func find(_ method: String, _ path: [String]) throws(APIProblem) -> (route: Route, parameters: [String: String]) {
    // Without its body a document is asked for as with it.
    let wanted = method == "HEAD" ? Route.Method.get.rawValue : method
    let matches = routes.compactMap { route in route.path.match(path).map { (route: route, parameters: $0) } }
    if let match = matches.first(where: { $0.route.method.rawValue == wanted }) { return match }
    guard !matches.isEmpty else { throw APIProblem(404, "noRoute", "there is nothing here") }
    let methods = Set(matches.map(\.route.method.rawValue)).sorted()
    var problem = APIProblem(
      405, "wrongMethod", "this is asked for otherwise", expected: methods.joined(separator: ", "),
      found: String(method.prefix(ServerBounds.name)))
    problem.allow = methods
    throw problem
  }
}
