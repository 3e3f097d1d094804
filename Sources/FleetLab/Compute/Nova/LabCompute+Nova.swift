/// Nova v2.1: version documents, microversions and the routes below them.
extension LabCompute {
  /// Below the endpoint, without a slash at the end.
  var novaURL: String { root + "/compute/v2.1" }

  func nova(_ call: APICall) -> APIAnswer {
    if call.path.isEmpty { return call.method == "GET" ? .json(["versions": [novaV2, novaV21]]) : .noSuchPath }
    guard call.path[0] == "v2.1" else { return .noSuchPath }
    if call.path.count == 1 { return call.method == "GET" ? .json(["version": novaVersionDocument]) : .noSuchPath }
    guard directory.token(call.headers["x-auth-token"], at: now) != nil else {
      return marked(KeystoneFault.unauthorized.answer(identityURL: keystoneViews.identityURL), call, nil)
    }
    return authenticated(call) { token in
      do throws(NovaFault) {
        let version = try novaVersion(call)
        let inner = NovaCall(http: call.below, token: token, version: version)
        do throws(NovaFault) {
          return marked(try novaRoute(inner), call, version.description)
        } catch {
          return marked(error.answer, call, version.description)
        }
      } catch {
        return marked(error.answer, call, askedVersion(call).flatMap { NovaVersion($0) }?.description)
      }
    }
  }

  private func marked(_ answer: APIAnswer, _ call: APICall, _ version: String?) -> APIAnswer {
    var answer = answer.adding("x-openstack-request-id", call.requestID)
      .adding("x-compute-request-id", call.requestID)
    guard let version, answer.contentType == "application/json" else { return answer }
    answer = answer.adding("OpenStack-API-Version", "compute \(version)")
      .adding("X-OpenStack-Nova-API-Version", version)
    return answer.adding("Vary", "OpenStack-API-Version").adding("Vary", "X-OpenStack-Nova-API-Version")
  }

  private func askedVersion(_ call: APICall) -> String? {
    if let text = call.headers["openstack-api-version"] {
      for part in text.split(separator: ",") {
        let words = part.split(separator: " ")
        if words.count == 2, words[0] == "compute" { return String(words[1]) }
      }
    }
    return call.headers["x-openstack-nova-api-version"]
  }

  private func novaVersion(_ call: APICall) throws(NovaFault) -> NovaVersion {
    let least = NovaVersion(2, 1)
    guard let text = askedVersion(call) else { return least }
    if text == "latest" { return settings.maximumMicroversion }
    guard let version = NovaVersion(text) else {
      // The answer names a version only if it is one.
      throw .badRequest(
        "API Version String \(text) is of invalid format. Must be of format MajorNum.MinorNum.")
    }
    guard (least...settings.maximumMicroversion).contains(version) else {
      throw NovaFault(
        status: 406, key: "computeFault",
        message: "Version \(text) is not supported by the API. Minimum is \(least) and maximum is "
          + "\(settings.maximumMicroversion).")
    }
    return version
  }

  private func novaRoute(_ call: NovaCall) throws(NovaFault) -> APIAnswer {
    switch call.http.path[0] {
    case "servers": try serversRoute(call)
    case "os-services": try servicesRoute(call)
    case "os-migrations": try migrationsRoute(call)
    case "os-hypervisors": try hypervisorsRoute(call)
    case "flavors": try flavorsRoute(call)
    case "os-aggregates": try aggregatesRoute(call)
    case "os-server-groups": try groupsRoute(call)
    default: throw .noRoute
    }
  }

  private var novaV2: APIValue {
    [
      "id": "v2.0", "status": "DEPRECATED", "version": "", "min_version": "", "updated": "2025-07-04T12:00:00Z",
      "links": [["rel": "self", "href": .string(root + "/compute/v2/")]],
    ]
  }

  private var novaV21: APIValue {
    [
      "id": "v2.1", "status": "CURRENT", "version": .string(settings.maximumMicroversion.description),
      "min_version": "2.1", "updated": "2013-07-23T11:33:21Z",
      "links": [["rel": "self", "href": .string(novaURL + "/")]],
    ]
  }

  private var novaVersionDocument: APIValue {
    var document = novaV21.object ?? [:]
    document["links"] = [
      ["rel": "self", "href": .string(novaURL + "/")],
      ["rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"],
    ]
    document["media-types"] = [
      ["base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"]
    ]
    return .object(document)
  }

  // MARK: Shared by the routes

  /// The next page's link if the page is full: the query again, sorted, with the last one's id as marker.
  func nextLink(_ call: NovaCall, full: Bool, last: String?) -> APIValue? {
    guard full, let last else { return nil }
    var parameters = call.http.query.filter { $0.name != "marker" }
    parameters.sort { $0.name < $1.name }
    parameters.append(("marker", last))
    let query = parameters.map { "\($0.name)=\(APICall.encoded($0.value))" }.joined(separator: "&")
    return [
      ["rel": "next", "href": .string("\(novaURL)/\(call.http.path.joined(separator: "/"))?\(query)")]
    ]
  }

  func links(_ path: String) -> APIValue {
    [
      ["rel": "self", "href": .string("\(novaURL)/\(path)")],
      ["rel": "bookmark", "href": .string("\(root)/compute/\(path)")],
    ]
  }

  /// The part of `items` behind the marker, at most `limit` long.
  func slice<Item>(
    _ items: [Item], _ page: (limit: Int, marker: String?), after isMarker: (Item, String) -> Bool
  ) -> [Item]? {
    guard let marker = page.marker else { return Array(items.prefix(page.limit)) }
    guard let index = items.firstIndex(where: { isMarker($0, marker) }) else { return nil }
    return Array(items[(index + 1)...].prefix(page.limit))
  }
}
