extension CloudConfiguration {
  /// Name of the cloud that OS_* variables describe, as other clients call it.
  package static let environmentCloud = "envvars"

  /// Finds a cloud the way every OpenStack client does:
  /// `name` in clouds.yaml, else the one that `OS_CLOUD` names, else the OS_* variables, else the only one there.
  ///
  /// A named cloud takes nothing from OS_* but a secret that clouds.yaml leaves out: a forgotten `openrc` of another
  /// cloud must not redirect it.
  package static func load(
    cloud name: String? = nil, environment: CloudEnvironment = .process
  ) throws(CloudConfigurationError) -> CloudConfiguration {
    let file = try CloudsFile.find(in: environment)
    let variables = EnvironmentCloud(environment)
    if let wanted = name ?? environment["OS_CLOUD"] {
      if let cloud = file?.clouds[wanted], let file {
        return try CloudSettings(
          name: wanted, source: file.path, tree: cloud.completed(secretsFrom: variables.tree), environment: environment
        ).configuration()
      }
      if wanted == environmentCloud, variables.isPresent { return try variables.settings(environment).configuration() }
      throw CloudConfigurationError(
        .cloudNotFound, cloud: wanted, source: file?.path,
        text: file == nil ? "there is no clouds.yaml" : "it is not in clouds.yaml", expected: wanted,
        found: file.map { $0.clouds.keys.sorted().joined(separator: ", ") }
          ?? "none of \(CloudsFile.searched(environment).joined(separator: ", "))")
    }
    if variables.isPresent { return try variables.settings(environment).configuration() }
    guard let file, !file.clouds.isEmpty else {
      throw CloudConfigurationError(
        .notConfigured, text: "no OpenStack cloud is configured",
        expected: "OS_* variables, or one of \(CloudsFile.searched(environment).joined(separator: ", "))")
    }
    guard let only = file.clouds.first, file.clouds.count == 1 else {
      throw CloudConfigurationError(
        .ambiguous, source: file.path, text: "several clouds and none named", expected: "a name, or OS_CLOUD",
        found: file.clouds.keys.sorted().joined(separator: ", "))
    }
    return try CloudSettings(
      name: only.key, source: file.path, tree: only.value.completed(secretsFrom: variables.tree),
      environment: environment
    ).configuration()
  }
}

extension YAMLTree {
  /// Secrets that are missing here, from there. Nothing else.
  fileprivate func completed(secretsFrom other: YAMLTree) -> YAMLTree {
    var auth = self["auth"]?.members ?? [:]
    for key in ["password", "application_credential_secret"] where auth[key]?.text == nil {
      auth[key] = other["auth"]?[key]
    }
    return overlaid(by: .mapping(["auth": .mapping(auth)]))
  }
}
