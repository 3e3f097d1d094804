/// Glance v2: an image's properties, flat among its own fields.
extension LabCompute {
  func glance(_ call: APICall) -> APIAnswer {
    if call.path.isEmpty || call.path == ["versions"] {
      let version: APIValue = [
        "id": "v2.16", "status": "CURRENT", "links": [["rel": "self", "href": .string(root + "/image/v2/")]],
      ]
      return .json(["versions": [version]], status: call.path.isEmpty ? 300 : 200)
    }
    return authenticated(call) { _ in
      guard call.method == "GET", call.path.count == 3, call.path[0] == "v2", call.path[1] == "images" else {
        return .noSuchPath
      }
      guard let image = images.first(where: { $0.id == call.path[2] }) else { return missing(call.path[2]) }
      return .json(.object(imageView(image)))
    }.adding("x-openstack-request-id", call.requestID)
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
  private func missing(_ id: String) -> APIAnswer {
    APIAnswer(
      status: 404,
      body: "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n"
        + "  Failed to find image \(id)<br /><br />\n </body>\n</html>",
      contentType: "text/html; charset=UTF-8")
  }
}
