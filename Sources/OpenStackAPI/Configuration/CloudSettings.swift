import Foundation

/// One entry of clouds.yaml on its way to a `CloudConfiguration`; says everything that is missing at once.
/// Keys that this client has no use for (`compute_api_version`, `identity_api_version`, …) are left alone.
struct CloudSettings {
  let name: String
  let source: String
  let tree: YAMLTree
  let environment: CloudEnvironment

  func configuration() throws(CloudConfigurationError) -> CloudConfiguration {
    var missing: [String] = []
    if auth("auth_url") == nil { missing.append("auth_url") }
    let login = try login(&missing)
    guard let url = auth("auth_url"), let login, missing.isEmpty else {
      throw CloudConfigurationError(
        .incomplete, cloud: name, source: source, text: "settings are missing", missing: missing)
    }
    return CloudConfiguration(
      name: name, source: source, authURL: try checked(url), auth: login, region: region, interface: try interface(),
      trust: try trust(), clientCertificate: clientCertificate, endpointOverrides: overrides)
  }

  // MARK: Logging in

  private func login(_ missing: inout [String]) throws(CloudConfigurationError) -> CloudAuth? {
    let credential = auth("application_credential_id") ?? auth("application_credential_name")
    switch top("auth_type") {
    case "v3applicationcredential": return applicationCredential(&missing)
    case nil where credential != nil: return applicationCredential(&missing)
    case nil, "password", "v3password": return password(&missing)
    case .some(let other):
      throw CloudConfigurationError(
        .unsupportedAuth, cloud: name, source: source, text: "this way to log in is not supported",
        expected: "password, v3password or v3applicationcredential", found: other)
    }
  }

  private func password(_ missing: inout [String]) -> CloudAuth? {
    let user = named("user", "username", "user_id", "user_domain", &missing)
    let password = auth("password")
    if password == nil { missing.append("password") }
    let scope: AuthScope? =
      auth("system_scope") == "all"
      ? .system
      : named("project", "project_name", "project_id", "project_domain", &missing).map { .project($0) }
    guard let user, let password, let scope else { return nil }
    return .password(PasswordAuth(user: user, password: Secret(password), scope: scope))
  }

  private func applicationCredential(_ missing: inout [String]) -> CloudAuth? {
    let secret = auth("application_credential_secret")
    if secret == nil { missing.append("application_credential_secret") }
    var credential: ApplicationCredentialAuth.Credential?
    if let id = auth("application_credential_id") {
      credential = .id(id)
    } else if let name = auth("application_credential_name") {
      credential = named("user", "username", "user_id", "user_domain", &missing).map { .name(name, user: $0) }
    } else {
      missing.append("application_credential_id or application_credential_name")
    }
    guard let secret, let credential else { return nil }
    return .applicationCredential(ApplicationCredentialAuth(credential: credential, secret: Secret(secret)))
  }

  private func named(
    _ what: String, _ nameKey: String, _ idKey: String, _ domainKey: String, _ missing: inout [String]
  ) -> DomainNamed? {
    if let id = auth(idKey) { return .id(id) }
    let domain: Domain? =
      auth(domainKey + "_id").map { .id($0) } ?? auth(domainKey + "_name").map { .name($0) }
      ?? (auth("domain_id") ?? auth("default_domain")).map { .id($0) } ?? auth("domain_name").map { .name($0) }
    guard let name = auth(nameKey) ?? (what == "project" ? auth("tenant_name") : nil) else {
      missing.append("\(nameKey) or \(idKey)")
      return nil
    }
    guard let domain else {
      missing.append("\(domainKey)_name or \(domainKey)_id")
      return nil
    }
    return .name(name, domain: domain)
  }

  // MARK: Everything else

  private func checked(_ url: String) throws(CloudConfigurationError) -> String {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme, ["http", "https"].contains(scheme),
      let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil, parts.query == nil
    else {
      // The value may hold credentials, so it is not shown.
      throw CloudConfigurationError(
        .invalid, cloud: name, source: source, text: "auth_url is unusable",
        expected: "http(s)://HOST[:PORT][/PATH] without user, password and query")
    }
    return url
  }

  private var region: String? {
    if let region = top("region_name") { return region }
    let first = tree["regions"]?.list?.first
    return first?.text ?? first?["name"]?.text
  }

  private func interface() throws(CloudConfigurationError) -> CloudConfiguration.Interface {
    guard let word = top("interface") ?? top("endpoint_type") else { return .public }
    if let interface = CloudConfiguration.Interface(word: word) { return interface }
    throw CloudConfigurationError(
      .invalid, cloud: name, source: source, text: "unknown interface", expected: "public, internal or admin",
      found: word)
  }

  private func trust() throws(CloudConfigurationError) -> CloudConfiguration.Trust {
    if try flag("verify") == false { return .anything }
    if try flag("insecure") == true { return .anything }
    return top("cacert").map { .file(environment.expand($0)) } ?? .system
  }

  private var clientCertificate: CloudConfiguration.ClientCertificate? {
    guard let certificate = top("cert") else { return nil }
    return .init(
      certificate: environment.expand(certificate), key: environment.expand(top("key") ?? certificate))
  }

  private var overrides: [ServiceType: String] {
    var result: [ServiceType: String] = [:]
    for type in ServiceType.allCases {
      result[type] = type.overrideKeys.lazy.compactMap { top($0 + "_endpoint_override") }.first
    }
    return result
  }

  private func flag(_ key: String) throws(CloudConfigurationError) -> Bool? {
    guard let word = top(key) else { return nil }
    switch word.lowercased() {
    case "true", "yes", "on", "1": return true
    case "false", "no", "off", "0": return false
    default:
      throw CloudConfigurationError(
        .invalid, cloud: name, source: source, text: "\(key) is no boolean", expected: "true or false", found: word)
    }
  }

  private func auth(_ key: String) -> String? { tree["auth"]?[key]?.text }
  private func top(_ key: String) -> String? { tree[key]?.text }
}
