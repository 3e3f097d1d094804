import Foundation

/// Flavors and aggregates, changed as an administrator changes them.
extension BedCloud {
  private struct FlavorSeen: Decodable {
    var id: String
    var name: String
    var extra_specs: [String: String]
  }

  private func flavors() async throws -> [FlavorSeen] {
    struct List: Decodable { var flavors: [FlavorSeen] }
    return try await decoded(List.self, "/flavors/detail?is_public=None").flavors
  }

  /// Extra specs by the name of the flavor.
  func flavorSpecs() async throws -> [String: [String: String]] {
    Dictionary(try await flavors().map { ($0.name, $0.extra_specs) }, uniquingKeysWith: { first, _ in first })
  }

  /// Makes a flavor, or gives the one of that name these extra specs and no others.
  func setFlavor(_ name: String, _ extraSpecs: [String: String]) async throws {
    struct Made: Decodable {
      struct Flavor: Decodable { var id: String }
      var flavor: Flavor
    }
    let id: String
    var had: [String: String] = [:]
    if let found = try await flavors().first(where: { $0.name == name }) {
      (id, had) = (found.id, found.extra_specs)
    } else {
      let wanted: [String: Any] = ["name": name, "vcpus": 1, "ram": 512, "disk": 1]
      id = try JSONDecoder().decode(Made.self, from: try await nova("POST", "/flavors", ["flavor": wanted])).flavor.id
    }
    let path = "/flavors/\(id)/os-extra_specs"
    for key in had.keys where extraSpecs[key] == nil {
      let escaped = key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? key
      _ = try await nova("DELETE", "\(path)/\(escaped)")
    }
    guard extraSpecs.contains(where: { had[$0.key] != $0.value }) else { return }
    // From 2.86 on Nova refuses extra specs that it does not know; operators' older clients do not ask that.
    _ = try await nova("POST", path, ["extra_specs": extraSpecs], version: "2.85")
  }

  private struct AggregateSeen: Decodable {
    var id: Int
    var name: String
    var hosts: [String]
    var metadata: [String: String]
  }

  private func aggregate(_ name: String) async throws -> AggregateSeen? {
    struct List: Decodable { var aggregates: [AggregateSeen] }
    return try await decoded(List.self, "/os-aggregates").aggregates.first { $0.name == name }
  }

  /// Makes an aggregate, or gives the one of that name these hosts and this metadata and no others.
  func setAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws {
    if try await aggregate(name) == nil {
      _ = try await nova("POST", "/os-aggregates", ["aggregate": ["name": name]])
    }
    guard let found = try await aggregate(name) else { throw Missing(description: "no aggregate \(name) was made") }
    var wanted: [String: Any] = metadata
    for key in found.metadata.keys where metadata[key] == nil { wanted[key] = NSNull() }
    if found.metadata != metadata { try await act(found.id, ["set_metadata": ["metadata": wanted]]) }
    for host in found.hosts where !hosts.contains(host) { try await act(found.id, ["remove_host": ["host": host]]) }
    for host in hosts where !found.hosts.contains(host) { try await act(found.id, ["add_host": ["host": host]]) }
  }

  /// Nova deletes none that has hosts.
  func deleteAggregate(_ name: String) async throws {
    guard let found = try await aggregate(name) else { return }
    for host in found.hosts { try await act(found.id, ["remove_host": ["host": host]]) }
    _ = try await nova("DELETE", "/os-aggregates/\(found.id)")
  }

  private func act(_ aggregate: Int, _ action: [String: Any]) async throws {
    _ = try await nova("POST", "/os-aggregates/\(aggregate)/action", action)
  }
}
