import Foundation

/// Flavors and aggregates, made as an administrator makes them.
extension LabClient {
  private struct Named: Decodable {
    let id: String
    let name: String
  }

  func makeFlavor(_ name: String, extraSpecs: [String: String]) async throws {
    struct Made: Decodable { let flavor: Named }
    let wanted: [String: Any] = ["name": name, "vcpus": 1, "ram": 512, "disk": 1]
    let body = try await nova("POST", "/flavors", Self.body(["flavor": wanted]))
    let id = try JSONDecoder().decode(Made.self, from: body).flavor.id
    _ = try await nova("POST", "/flavors/\(id)/os-extra_specs", Self.body(["extra_specs": extraSpecs]))
  }

  func deleteFlavor(_ name: String) async throws {
    struct List: Decodable { let flavors: [Named] }
    let list = try JSONDecoder().decode(List.self, from: try await nova("GET", "/flavors"))
    for flavor in list.flavors where flavor.name == name { _ = try await nova("DELETE", "/flavors/\(flavor.id)") }
  }

  func makeAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws {
    struct Made: Decodable {
      struct Aggregate: Decodable { let id: Int }
      let aggregate: Aggregate
    }
    let body = try await nova("POST", "/os-aggregates", Self.body(["aggregate": ["name": name]]))
    let id = try JSONDecoder().decode(Made.self, from: body).aggregate.id
    try await act(id, ["set_metadata": ["metadata": metadata]])
    for host in hosts { try await act(id, ["add_host": ["host": host]]) }
  }

  /// Nova deletes none that has hosts.
  func deleteAggregate(_ name: String) async throws {
    struct List: Decodable {
      struct Aggregate: Decodable {
        let id: Int
        let name: String
        let hosts: [String]
      }
      let aggregates: [Aggregate]
    }
    let list = try JSONDecoder().decode(List.self, from: try await nova("GET", "/os-aggregates"))
    for aggregate in list.aggregates where aggregate.name == name {
      for host in aggregate.hosts { try await act(aggregate.id, ["remove_host": ["host": host]]) }
      _ = try await nova("DELETE", "/os-aggregates/\(aggregate.id)")
    }
  }

  private func act(_ aggregate: Int, _ action: [String: Any]) async throws {
    _ = try await nova("POST", "/os-aggregates/\(aggregate)/action", Self.body(action))
  }

  private static func body(_ body: [String: Any]) throws -> Data {
    try JSONSerialization.data(withJSONObject: body)
  }
}
