/// Addresses of services, as Keystone gives them with a token, seen through the cloud's region and interface.
struct ServiceCatalog: Sendable {
  struct Entry: Sendable, Decodable {
    struct Endpoint: Sendable, Decodable {
      let interface: String
      let url: String
      let region_id: String?
      let region: String?
    }
    let type: String
    let endpoints: [Endpoint]
  }

  let entries: [Entry]
  let region: String?
  let interface: String
  /// Addresses from the configuration; they win over the catalog.
  let overrides: [ServiceType: String]

  func endpoint(_ type: ServiceType) throws(OpenStackError) -> String {
    if let override = overrides[type] { return Self.trimmed(override) }
    for name in type.catalogTypes {
      let found = entries.filter { $0.type == name }.flatMap(\.endpoints).filter { $0.interface == interface }
      let here = region.map { region in found.filter { ($0.region_id ?? $0.region) == region } } ?? found
      let urls = Set(here.map { Self.trimmed($0.url) })
      if let url = urls.first, urls.count == 1 { return url }
      if region == nil, urls.count > 1 { throw ambiguous(type, here) }
      if let first = here.first { return Self.trimmed(first.url) }
    }
    throw missing(type)
  }

  private func ambiguous(_ type: ServiceType, _ found: [Entry.Endpoint]) -> OpenStackError {
    let regions = Set(found.compactMap { $0.region_id ?? $0.region }).sorted().joined(separator: ", ")
    return OpenStackError(
      .regionAmbiguous, service: type, operation: "catalog",
      text: "several regions have this service and the cloud names no `region_name`",
      expected: "one region", found: regions)
  }

  private func missing(_ type: ServiceType) -> OpenStackError {
    let here = entries.filter { type.catalogTypes.contains($0.type) }.flatMap(\.endpoints)
    let found = here.map { "\($0.interface) in \($0.region_id ?? $0.region ?? "no region")" }
    return OpenStackError(
      .serviceNotInCatalog, service: type, operation: "catalog",
      text: "the catalog has no such endpoint",
      expected: "\(interface) in \(region ?? "any region")",
      found: found.isEmpty
        ? "services \(Set(entries.map(\.type)).sorted().joined(separator: ", "))"
        : Set(found).sorted().joined(separator: ", "))
  }

  private static func trimmed(_ url: String) -> String {
    url.hasSuffix("/") ? trimmed(String(url.dropLast())) : url
  }
}
