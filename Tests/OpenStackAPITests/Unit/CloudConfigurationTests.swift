import Foundation
import OpenStackAPI
import Testing

/// Where a cloud comes from, and what wins.
@Suite struct CloudConfigurationTests {
  // MARK: Files

  @Test func filesAreFoundInTheUsualOrder() throws {
    let folder = try Folder()
    let places = ["named.yaml", "work/clouds.yaml", "home/.config/openstack/clouds.yaml", "etc/clouds.yaml"]
    for place in places { try folder.write(place, Self.cloud(place)) }
    let environment = folder.environment(["OS_CLIENT_CONFIG_FILE": folder.path + "/named.yaml"])
    for place in places {
      let found = try CloudConfiguration.load(cloud: "prod", environment: environment)
      #expect(found.source == folder.path + "/" + place)
      #expect(found.region == place)
      try folder.remove(place)
    }
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "prod", environment: environment)
    }
    #expect(error.kind == .cloudNotFound)
    #expect(error.expected == "prod")
    #expect(error.found?.contains(folder.path + "/etc/clouds.yaml") == true)
  }

  @Test func configurationFolderFollowsXDG() throws {
    let folder = try Folder()
    try folder.write("xdg/openstack/clouds.yml", Self.cloud("xdg"))
    try folder.write("home/.config/openstack/clouds.yaml", Self.cloud("home"))
    let environment = folder.environment(["XDG_CONFIG_HOME": folder.path + "/xdg"])
    #expect(try CloudConfiguration.load(environment: environment).region == "xdg")
  }

  @Test func secureFileIsLaidOver() throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one", password: nil))
    try folder.write("etc/secure.yaml", "clouds: {prod: {auth: {password: from-secure}}}")
    let found = try CloudConfiguration.load(cloud: "prod", environment: folder.environment())
    #expect(try password(found) == "from-secure")
    #expect(found.region == "one")
  }

  @Test func profilesOfPublicCloudsLieUnder() throws {
    let folder = try Folder()
    try folder.write(
      "work/clouds.yaml",
      "clouds: {prod: {profile: p, auth: {username: u, password: w, project_id: j, user_domain_id: d}}}")
    try folder.write(
      "work/clouds-public.yaml",
      "public-clouds: {p: {auth: {auth_url: 'https://p.example:5000/v3', username: not-me}, region_name: r}}")
    let found = try CloudConfiguration.load(environment: folder.environment())
    #expect(found.authURL == "https://p.example:5000/v3")
    #expect(found.region == "r")
    guard case .password(let auth) = found.auth else { throw TooLate(description: "\(found)") }
    #expect(auth.user == .name("u", domain: .id("d")))
    #expect(auth.scope == .project(.id("j")))
  }

  /// Scalars stay texts, anchors and merge keys work, and settings of other tools are left alone.
  @Test func yamlAsPeopleWriteIt() throws {
    let folder = try Folder()
    try folder.write(
      "work/clouds.yaml",
      """
      x-common: &common
        interface: internalURL
        identity_api_version: 3
        compute_api_version: 2.1
        regions: [{name: first}, second]
      clouds:
        prod:
          <<: *common
          auth: {auth_url: http://k:5000, username: 007, password: 0123, project_name: 1e3, user_domain_name: D,
                 project_domain_id: ~, domain_id: x}
          verify: no
      """)
    let found = try CloudConfiguration.load(cloud: "prod", environment: folder.environment())
    #expect(found.interface == .internal)
    #expect(found.region == "first")
    #expect(found.trust == .anything)
    #expect(try password(found) == "0123")
    guard case .password(let auth) = found.auth else { throw TooLate(description: "\(found)") }
    #expect(auth.user == .name("007", domain: .name("D")))
    #expect(auth.scope == .project(.name("1e3", domain: .id("x"))))
  }

  /// A broken file is an error, never a reason to use the next one; and it is not quoted.
  @Test(arguments: [
    "clouds:\n  prod: {auth: {password: hunter2-hunter2\n", "a: 1\na: hunter2-hunter2\n", "a:\n\t- hunter2-hunter2",
  ])
  func brokenFilesAreNamedAndNotQuoted(_ text: String) throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", text)
    try folder.write("etc/clouds.yaml", Self.cloud("etc"))
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "prod", environment: folder.environment())
    }
    #expect(error.kind == .unreadable)
    #expect(error.source == folder.path + "/work/clouds.yaml")
    #expect(!"\(error)".contains("hunter2"))
    #expect(!String(reflecting: error).contains("hunter2"))
  }

  // MARK: Which cloud

  @Test func namesWinOverVariables() throws {
    let folder = try Folder()
    try folder.write(
      "work/clouds.yaml",
      Self.cloud("one") + Self.cloud("two").dropFirst("clouds:\n".count).replacing("prod", with: "test"))
    let variables = Self.variables.merging(["OS_CLOUD": "test"]) { $1 }
    let environment = folder.environment(variables)
    #expect(try CloudConfiguration.load(cloud: "prod", environment: environment).region == "one")
    #expect(try CloudConfiguration.load(environment: environment).region == "two")
    #expect(try CloudConfiguration.load(environment: folder.environment(Self.variables)).region == "from-variables")
    let both = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(environment: folder.environment())
    }
    #expect(both.kind == .ambiguous)
    #expect(both.found == "prod, test")
    let unknown = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "nope", environment: environment)
    }
    #expect(unknown.kind == .cloudNotFound)
    #expect(unknown.found == "prod, test")
  }

  @Test func theOnlyCloudNeedsNoName() throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one"))
    #expect(try CloudConfiguration.load(environment: folder.environment()).name == "prod")
  }

  @Test func nothingAnywhere() throws {
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(environment: try Folder().environment(["OS_AUTH_URL": ""]))
    }
    #expect(error.kind == .notConfigured)
  }

  /// A forgotten openrc must not lead a named cloud elsewhere, but may hold its secret.
  @Test func namedCloudTakesOnlyItsSecretFromVariables() throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one", password: nil))
    let found = try CloudConfiguration.load(cloud: "prod", environment: folder.environment(Self.variables))
    #expect(try password(found) == "variable-secret")
    #expect(found.authURL == "https://keystone.example:5000/v3")
    #expect(found.region == "one")
    #expect(found.interface == .public)

    try folder.write(
      "work/clouds.yaml",
      "clouds: {bare: {auth: {username: u}}, credential: {auth: {auth_url: http://k, application_credential_id: c}}}")
    var variables = Self.variables
    variables["OS_APPLICATION_CREDENTIAL_SECRET"] = "variable-credential"
    let bare = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "bare", environment: folder.environment(variables))
    }
    #expect(bare.missing == ["auth_url", "user_domain_name or user_domain_id", "project_name or project_id"])
    let credential = try CloudConfiguration.load(cloud: "credential", environment: folder.environment(variables))
    #expect(
      credential.auth
        == .applicationCredential(.init(credential: .id("c"), secret: Secret("variable-credential"))))
  }

  @Test func variablesDescribeACloud() throws {
    var variables = Self.variables
    variables["OS_CACERT"] = "~/ca.pem"
    let folder = try Folder()
    let found = try CloudConfiguration.load(environment: folder.environment(variables))
    #expect(found.name == CloudConfiguration.environmentCloud)
    #expect(found.source == "environment")
    #expect(found.interface == .admin)
    #expect(found.trust == .file(folder.path + "/home/ca.pem"))
    guard case .password(let auth) = found.auth else { throw TooLate(description: "\(found)") }
    #expect(auth.user == .name("operator", domain: .name("Default")))
    #expect(auth.scope == .project(.name("admin", domain: .id("default"))))
  }

  // MARK: Settings

  @Test func everythingMissingIsSaidAtOnce() throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", "clouds: {prod: {auth: {}}}")
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "prod", environment: folder.environment())
    }
    #expect(error.kind == .incomplete)
    #expect(
      error.missing == ["auth_url", "username or user_id", "password", "project_name or project_id"])
  }

  @Test func applicationCredentials() throws {
    let folder = try Folder()
    let url = "auth_url: http://k:5000"
    try folder.write(
      "work/clouds.yaml",
      """
      clouds:
        id: {auth_type: v3applicationcredential, auth: {\(url), application_credential_id: c1,
             application_credential_secret: s}}
        name: {auth: {\(url), application_credential_name: n, username: u, user_domain_id: d,
               application_credential_secret: s}}
        none: {auth_type: v3applicationcredential, auth: {\(url)}}
      """)
    let environment = folder.environment()
    #expect(
      try CloudConfiguration.load(cloud: "id", environment: environment).auth
        == .applicationCredential(.init(credential: .id("c1"), secret: Secret("s"))))
    #expect(
      try CloudConfiguration.load(cloud: "name", environment: environment).auth
        == .applicationCredential(
          .init(credential: .name("n", user: .name("u", domain: .id("d"))), secret: Secret("s"))))
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "none", environment: environment)
    }
    #expect(
      error.missing
        == ["application_credential_secret", "application_credential_id or application_credential_name"])
  }

  @Test(arguments: [
    ("auth_type: v3kerberos", CloudConfigurationError.Kind.unsupportedAuth), ("interface: sideways", .invalid),
    ("verify: perhaps", .invalid),
  ])
  func unusableSettings(_ line: String, _ kind: CloudConfigurationError.Kind) throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one") + "    \(line)\n")
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "prod", environment: folder.environment())
    }
    #expect(error.kind == kind)
    #expect(error.expected != nil)
  }

  @Test(arguments: ["https://me:hunter2@k:5000", "keystone:5000", "ftp://k", "https://", "https://k/?p=hunter2"])
  func unusableAddressesAreNotShown(_ url: String) throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one", url: url))
    let error = try #require(throws: CloudConfigurationError.self) {
      try CloudConfiguration.load(cloud: "prod", environment: folder.environment())
    }
    #expect(error.kind == .invalid)
    #expect(!"\(error)".contains("hunter2"))
  }

  @Test(arguments: [
    "https://k:5000", "https://k:5000/", "https://k:5000/v3", "https://k:5000/v3/", "https://k:5000/v2.0",
    "https://k:5000/v2.0/",
  ])
  func identityAddressesOfEverySpelling(_ url: String) throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one", url: url))
    let found = try CloudConfiguration.load(environment: folder.environment())
    #expect(found.identityURL == "https://k:5000/v3")
  }

  @Test func endpointsCanBeGiven() throws {
    let folder = try Folder()
    try folder.write(
      "work/clouds.yaml",
      Self.cloud("one") + "    compute_endpoint_override: http://n/v2.1\n    volume_endpoint_override: http://c/v3\n")
    let found = try CloudConfiguration.load(environment: folder.environment())
    #expect(found.endpointOverrides == [.compute: "http://n/v2.1", .blockStorage: "http://c/v3"])
  }

  // MARK: Secrets

  @Test func secretsAreNeverPrinted() throws {
    let folder = try Folder()
    try folder.write("work/clouds.yaml", Self.cloud("one", password: "hunter2-hunter2"))
    let found = try CloudConfiguration.load(environment: folder.environment())
    #expect(try password(found) == "hunter2-hunter2")
    var dumped = ""
    dump(found, to: &dumped)
    for text in ["\(found)", String(reflecting: found), dumped, "\(found.auth)", "\(Mirror(reflecting: found.auth))"] {
      #expect(!text.contains("hunter2"))
    }
    #expect("\(Secret("hunter2"))" == "***")
    #expect(String(reflecting: [Secret("hunter2")]) == "[***]")
  }

  // MARK: Help

  private func password(_ configuration: CloudConfiguration) throws -> String {
    guard case .password(let auth) = configuration.auth else { throw TooLate(description: "no password") }
    return auth.password.reveal
  }

  /// A cloud `prod` that its region tells from others.
  static func cloud(
    _ region: String, password: String? = "file-secret", url: String = "https://keystone.example:5000/v3"
  ) -> String {
    """
    clouds:
      prod:
        auth:
          auth_url: "\(url)"
          username: admin
          project_name: admin
          user_domain_id: default
          project_domain_id: default
          \(password.map { "password: \($0)" } ?? "")
        region_name: \(region)

    """
  }

  static let variables = [
    "OS_AUTH_URL": "https://elsewhere.example/identity", "OS_USERNAME": "operator", "OS_PASSWORD": "variable-secret",
    "OS_PROJECT_NAME": "admin", "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_ID": "default",
    "OS_REGION_NAME": "from-variables", "OS_INTERFACE": "admin",
  ]
}

/// A temporary tree with a working folder, a home and an /etc of its own.
private final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("clouds-\(UUID().uuidString)").path
    for name in ["work", "home", "etc"] {
      try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  func environment(_ variables: [String: String] = [:]) -> CloudEnvironment {
    CloudEnvironment(
      variables: ["HOME": path + "/home"].merging(variables) { $1 }, workingDirectory: path + "/work",
      systemDirectory: path + "/etc")
  }
}
