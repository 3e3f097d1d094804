/// Cinder v3, for one thing: the image properties that a bootable volume keeps.
extension LabCompute {
  func cinder(_ call: APICall) -> APIAnswer {
    authenticated(call) { _ in
      // With or without the project in the path.
      guard call.method == "GET", call.path.first == "v3", call.path.dropLast().last == "volumes" else {
        return .noSuchPath
      }
      let id = call.path.last ?? ""
      guard let server = servers.values.first(where: { $0.volumeID == id && !$0.isDeleted }) else {
        let fault: APIValue = ["code": 404, "message": .string("Volume \(id) could not be found.")]
        return .json(["itemNotFound": fault], status: 404)
      }
      return .json(["volume": volumeView(server, id)])
    }.adding("x-openstack-request-id", call.requestID)
  }

  private func volumeView(_ server: NovaServer, _ id: String) -> APIValue {
    var view: [String: APIValue] = [
      "id": .string(id), "name": "", "status": "in-use", "bootable": "true", "size": .int(server.flavor.diskGB),
      "encrypted": false, "metadata": [:], "multiattach": false,
      "attachments": [["server_id": .string(server.id), "volume_id": .string(id), "device": "/dev/sda"]],
    ]
    if !server.imageProperties.isEmpty { view["volume_image_metadata"] = .dictionary(server.imageProperties) }
    return .object(view)
  }
}
