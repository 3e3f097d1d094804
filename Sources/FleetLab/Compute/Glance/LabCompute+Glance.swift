import Foundation

/// Glance v2: images, each one's properties flat among its own fields.
extension LabCompute {
  func glance(_ call: APICall) -> APIAnswer {
    if call.path.isEmpty || call.path == ["versions"] {
      let version: APIValue = [
        "id": "v2.16", "status": "CURRENT", "links": [["rel": "self", "href": .string(root + "/image/v2/")]],
      ]
      return .json(["versions": [version]], status: call.path.isEmpty ? 300 : 200)
    }
    let answer = settings.isImageServiceOpen ? imagesRoute(call) : authenticated(call) { _ in imagesRoute(call) }
    return answer.adding("x-openstack-request-id", call.requestID)
  }

  private func imagesRoute(_ call: APICall) -> APIAnswer {
    guard call.method == "GET", call.path.starts(with: ["v2", "images"]) else { return .noSuchPath }
    switch call.path.count {
    case 2: return listImages(call)
    case 3:
      guard let image = images.first(where: { $0.id == call.path[2] }) else {
        return refused(404, "Not Found", "Failed to find image \(call.path[2])")
      }
      return .json(.object(imageView(image)))
    default: return .noSuchPath
    }
  }

  /// Newest first; a full page links to a next one, which may be empty.
  private func listImages(_ call: APICall) -> APIAnswer {
    let asked = call.parameter("limit")
    guard let limit = Int(asked ?? "25"), limit >= 0 else {
      return refused(400, "Bad Request", "limit param must be an integer")
    }
    let page = (limit: min(limit, settings.pageLimit), marker: call.parameter("marker"))
    guard let shown = slice(images.reversed(), page, after: { $0.id == $1 }) else {
      return refused(400, "Bad Request", "No image found with ID \(page.marker ?? "")")
    }
    let limits = asked.map { "&limit=\($0)" } ?? ""
    var body: [String: APIValue] = [
      "images": .array(shown.map { .object(imageView($0)) }), "schema": "/v2/schemas/images",
      "first": .string("/v2/images" + (asked.map { "?limit=\($0)" } ?? "")),
    ]
    if let last = shown.last, shown.count == page.limit {
      body["next"] = .string("/v2/images?marker=\(last.id)\(limits)")
    }
    return .json(.object(body))
  }

  private func imageView(_ image: GlanceImage) -> [String: APIValue] {
    var view = image.properties.mapValues(APIValue.string)
    view.merge([
      "id": .string(image.id), "name": .string(image.name), "status": "active", "visibility": "public",
      "protected": false, "os_hidden": false, "container_format": "bare", "disk_format": "qcow2", "size": 10_485_760,
      "min_ram": 0, "min_disk": 0, "tags": [], "owner": .string(directory.admin.id),
      "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
      "self": .string("/v2/images/\(image.id)"), "file": .string("/v2/images/\(image.id)/file"),
      "schema": "/v2/schemas/image",
    ]) { $1 }
    return view
  }

  /// Glance's refusals are pages, not JSON.
  private func refused(_ status: Int, _ title: String, _ text: String) -> APIAnswer {
    APIAnswer(
      status: status,
      body: "<html>\n <head>\n  <title>\(status) \(title)</title>\n </head>\n <body>\n  <h1>\(status) \(title)</h1>\n"
        + "  \(text)<br /><br />\n </body>\n</html>",
      contentType: "text/html; charset=UTF-8")
  }
}
