/// The cloud that OS_* variables describe, in the shape of an entry of clouds.yaml.
struct EnvironmentCloud: Sendable {
  let tree: YAMLTree
  /// Whether the variables say where Keystone is; without that they describe no cloud.
  let isPresent: Bool

  init(_ environment: CloudEnvironment) {
    var auth: [String: YAMLTree] = [:]
    for (key, names) in Self.authVariables {
      if let value = names.lazy.compactMap({ environment[$0] }).first { auth[key] = .scalar(value) }
    }
    var top: [String: YAMLTree] = ["auth": .mapping(auth)]
    for (key, names) in Self.topVariables {
      if let value = names.lazy.compactMap({ environment[$0] }).first { top[key] = .scalar(value) }
    }
    tree = .mapping(top)
    isPresent = auth["auth_url"] != nil
  }

  func settings(_ environment: CloudEnvironment) -> CloudSettings {
    CloudSettings(
      name: CloudConfiguration.environmentCloud, source: "environment", tree: tree, environment: environment)
  }

  private static let authVariables: [(String, [String])] = [
    ("auth_url", ["OS_AUTH_URL"]),
    ("username", ["OS_USERNAME"]), ("user_id", ["OS_USER_ID"]), ("password", ["OS_PASSWORD"]),
    ("project_name", ["OS_PROJECT_NAME", "OS_TENANT_NAME"]), ("project_id", ["OS_PROJECT_ID", "OS_TENANT_ID"]),
    ("user_domain_name", ["OS_USER_DOMAIN_NAME"]), ("user_domain_id", ["OS_USER_DOMAIN_ID"]),
    ("project_domain_name", ["OS_PROJECT_DOMAIN_NAME"]), ("project_domain_id", ["OS_PROJECT_DOMAIN_ID"]),
    ("domain_name", ["OS_DEFAULT_DOMAIN_NAME"]), ("domain_id", ["OS_DEFAULT_DOMAIN_ID", "OS_DEFAULT_DOMAIN"]),
    ("system_scope", ["OS_SYSTEM_SCOPE"]),
    ("application_credential_id", ["OS_APPLICATION_CREDENTIAL_ID"]),
    ("application_credential_name", ["OS_APPLICATION_CREDENTIAL_NAME"]),
    ("application_credential_secret", ["OS_APPLICATION_CREDENTIAL_SECRET"]),
  ]

  private static let topVariables: [(String, [String])] = [
    ("auth_type", ["OS_AUTH_TYPE"]), ("region_name", ["OS_REGION_NAME"]),
    ("interface", ["OS_INTERFACE", "OS_ENDPOINT_TYPE"]), ("cacert", ["OS_CACERT"]), ("insecure", ["OS_INSECURE"]),
    ("cert", ["OS_CERT"]), ("key", ["OS_KEY"]),
  ]
}
