import Foundation

/// A server as Nova shows it.
struct BedServer: Decodable, Sendable {
  var id: String
  var name: String
  var status: String
  var host: String?
  var task: String?

  enum CodingKeys: String, CodingKey {
    case id, name, status
    case host = "OS-EXT-SRV-ATTR:host"
    case task = "OS-EXT-STS:task_state"
  }
}

/// A nova-compute service as Nova shows it.
struct BedService: Decodable, Sendable, Equatable {
  var id: String
  var status: String
  var state: String
  var disabled_reason: String?

  var isEnabled: Bool { status == "enabled" }
}

/// A migration record; the newest comes first where there are several.
struct BedMigration: Decodable, Sendable, Equatable {
  var id: Int
  var migration_type: String
  var status: String
  var source_compute: String?
  var dest_compute: String?
}

/// Where a server's image comes from and what it asks for.
enum BedImage: String, Sendable {
  case plain = "0a000000-0000-4000-8000-000000000001"
  case uefi = "0a000000-0000-4000-8000-000000000002"
}

extension BedCloud {
  // MARK: Looking

  func server(_ id: String) async throws -> BedServer {
    struct Answer: Decodable { var server: BedServer }
    return try await decoded(Answer.self, "/servers/\(id)").server
  }

  func service(_ host: String) async throws -> BedService {
    struct Answer: Decodable { var services: [BedService] }
    let found = try await decoded(Answer.self, "/os-services?binary=nova-compute&host=\(host)").services
    guard let service = found.first else { throw Missing(description: "no compute service on \(host)") }
    return service
  }

  func migrations(_ server: String) async throws -> [BedMigration] {
    struct Answer: Decodable { var migrations: [BedMigration] }
    return try await decoded(Answer.self, "/os-migrations?instance_uuid=\(server)").migrations
      .sorted { $0.id > $1.id }
  }

  /// Words of what was done to a server, such as `live-migration` and `live_migration_cancel`.
  func actions(_ server: String) async throws -> [String] {
    struct Answer: Decodable {
      struct Action: Decodable { var action: String }
      var instanceActions: [Action]
    }
    return try await decoded(Answer.self, "/servers/\(server)/os-instance-actions").instanceActions.map(\.action)
  }

  // MARK: Making

  func boot(
    _ name: String, flavor: String, image: BedImage, host: String, metadata: [String: String], group: String?
  ) async throws -> String {
    struct Answer: Decodable {
      struct Made: Decodable { var id: String }
      var server: Made
    }
    let server: [String: Any] = [
      "name": name, "flavorRef": try await self.flavor(flavor), "imageRef": image.rawValue, "networks": "none",
      "metadata": metadata, "host": host,
    ]
    var body: [String: Any] = ["server": server]
    if let group { body["os:scheduler_hints"] = ["group": group] }
    return try JSONDecoder().decode(Answer.self, from: try await nova("POST", "/servers", body)).server.id
  }

  func makeGroup(_ name: String, policy: String) async throws -> String {
    struct Answer: Decodable {
      struct Made: Decodable { var id: String }
      var server_group: Made
    }
    let body = ["server_group": ["name": name, "policy": policy]]
    let data = try await nova("POST", "/os-server-groups", body)
    return try JSONDecoder().decode(Answer.self, from: data).server_group.id
  }

  func act(_ server: String, _ action: [String: Any]) async throws {
    _ = try await nova("POST", "/servers/\(server)/action", action)
  }

  /// The image asks for SEV while `body` runs; Nova copies an image's properties to the servers it builds.
  ///
  /// Through Nova's old proxy to Glance, for the bed's stand-in for Glance cannot be called.
  func withEncryption(of image: BedImage, _ body: () async throws -> Void) async throws {
    let path = "/images/\(image.rawValue)/metadata/hw_mem_encryption"
    _ = try await nova("PUT", path, ["meta": ["hw_mem_encryption": "true"]], version: "2.1")
    do {
      try await body()
    } catch {
      _ = try await nova("DELETE", path, version: "2.1")
      throw error
    }
    _ = try await nova("DELETE", path, version: "2.1")
  }

  private func flavor(_ name: String) async throws -> String {
    struct List: Decodable { var flavors: [Named] }
    struct Made: Decodable { var flavor: Named }
    struct Named: Decodable {
      var id: String
      var name: String
    }
    let known = try await decoded(List.self, "/flavors/detail").flavors
    if let found = known.first(where: { $0.name == name }) { return found.id }
    let wanted: [String: Any] = ["name": name, "vcpus": 1, "ram": 512, "disk": 1]
    let data = try await nova("POST", "/flavors", ["flavor": wanted])
    let made = try JSONDecoder().decode(Made.self, from: data).flavor
    if name.hasPrefix("sev") {
      _ = try await nova(
        "POST", "/flavors/\(made.id)/os-extra_specs", ["extra_specs": ["hw:mem_encryption": "true"]])
    }
    return made.id
  }

  // MARK: Clearing

  func enable(_ service: String) async throws {
    _ = try await nova("PUT", "/os-services/\(service)", ["status": "enabled"])
  }

  func disable(_ service: String, reason: String) async throws {
    _ = try await nova("PUT", "/os-services/\(service)", ["status": "disabled", "disabled_reason": reason])
  }

  /// Deletes a server whatever it is doing, and waits until it is gone.
  func delete(_ id: String) async throws {
    do {
      _ = try await nova("DELETE", "/servers/\(id)")
    } catch let error as BedHTTP.Refused where error.status == 404 {
      return
    } catch let error as BedHTTP.Refused where error.status == 409 {
      // It is stuck in a task, which would refuse the delete.
      try await act(id, ["os-resetState": ["state": "error"]])
      _ = try await nova("DELETE", "/servers/\(id)")
    }
    try await eventually("end of server \(id)") {
      do {
        return (nil as Bool?, try await self.server(id).status)
      } catch let error as BedHTTP.Refused where error.status == 404 {
        return (true, "")
      }
    }
  }

  func deleteGroup(_ id: String) async throws { _ = try await nova("DELETE", "/os-server-groups/\(id)") }

  /// The service runs, is up and enabled, as a case expects to find it.
  func restore(_ host: String) async throws {
    try await control(host, "start")
    let found = try await service(host)
    if !found.isEnabled { try await enable(found.id) }
    try await eventually("compute service of \(host)") {
      let now = try await self.service(host)
      return (now.state == "up" && now.isEnabled ? true : nil, "\(now.status), \(now.state)")
    }
  }
}
