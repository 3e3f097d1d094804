import Foundation

/// clouds.yaml with secure.yaml and clouds-public.yaml laid over and under it.
struct CloudsFile: Sendable {
  /// The clouds.yaml that was found.
  let path: String
  let clouds: [String: YAMLTree]

  /// The first clouds.yaml of the search path, or nil. Throws `unreadable` for one that is there but broken: going
  /// on to the next file would silently use another cloud's settings.
  static func find(in environment: CloudEnvironment) throws(CloudConfigurationError) -> CloudsFile? {
    guard let (path, main) = try first("clouds", "OS_CLIENT_CONFIG_FILE", environment) else { return nil }
    let secure = try first("secure", "OS_CLIENT_SECURE_FILE", environment)?.tree["clouds"] ?? .mapping([:])
    let vendors = try first("clouds-public", "OS_CLIENT_VENDOR_FILE", environment)?.tree["public-clouds"]
    let clouds = (main["clouds"] ?? .mapping([:])).overlaid(by: secure).members
    return CloudsFile(path: path, clouds: clouds.mapValues { withProfile($0, vendors) })
  }

  /// Names that were looked for, for the error that says nothing was found.
  static func searched(_ environment: CloudEnvironment) -> [String] {
    environment.folders.map { $0 + "/clouds.yaml" }
  }

  private static func withProfile(_ cloud: YAMLTree, _ vendors: YAMLTree?) -> YAMLTree {
    guard let name = (cloud["profile"] ?? cloud["cloud"])?.text, let profile = vendors?[name] else { return cloud }
    return profile.overlaid(by: cloud)
  }

  private static func first(
    _ stem: String, _ variable: String, _ environment: CloudEnvironment
  ) throws(CloudConfigurationError) -> (path: String, tree: YAMLTree)? {
    let named = environment[variable].map { [environment.expand($0)] } ?? []
    // JSON is YAML.
    let usual = environment.folders.flatMap { folder in
      ["yaml", "yml", "json"].map { "\(folder)/\(stem).\($0)" }
    }
    for path in named + usual where FileManager.default.fileExists(atPath: path) {
      guard let data = FileManager.default.contents(atPath: path), data.count <= largest,
        let text = String(data: data, encoding: .utf8)
      else {
        throw CloudConfigurationError(
          .unreadable, source: path, text: "not readable, or no text of at most \(largest) bytes")
      }
      do {
        return (path, try YAMLTree(yaml: text))
      } catch {
        throw CloudConfigurationError(.unreadable, source: path, text: "not YAML", found: YAMLTree.line(of: error))
      }
    }
    return nil
  }

  /// Real ones are a few kB.
  private static let largest = 1 << 20
}
