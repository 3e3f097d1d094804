import OpenStackAPI
import Testing

extension ComputeContractTests {
  @Test(arguments: await ComputeBackends.all)
  func passwordGivesTokenAndCatalog(_ backend: any ComputeBackend) async throws {
    try await withCloud(backend.administrator) { cloud in
      let session = try await cloud.keystone.session()
      #expect(session.roles.contains("admin"))
      #expect(session.projectID != nil)
      #expect(try session.endpoint(.compute).hasPrefix("http"))
      #expect(try session.endpoint(.placement).hasPrefix("http"))
      #expect("\(session)".contains("***"))
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func applicationCredentialLogsIn(_ backend: any ComputeBackend) async throws {
    try await withCloud(try await backend.applicationCredential()) { cloud in
      let services = try await cloud.nova.allComputeServices()
      #expect(!services.isEmpty)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func wrongPasswordIsUnauthorizedAndUnsaid(_ backend: any ComputeBackend) async throws {
    var configuration = backend.administrator
    guard case .password(var auth) = configuration.auth else { throw TooLate(description: "no password") }
    auth.password = Secret("not-the-password-4711")
    configuration.auth = .password(auth)
    try await withCloud(configuration) { cloud in
      let error = try await OpenStackError.of {
        try await cloud.nova.allComputeServices()
      }
      #expect(error.kind == .unauthorized)
      #expect(error.service == .identity)
      #expect(error.remote?.status == 401)
      #expect(error.remote?.message != nil)
      #expect(!"\(error)".contains("4711"))
      #expect(!String(reflecting: error).contains("4711"))
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func tenantMayNotLookAtHosts(_ backend: any ComputeBackend) async throws {
    try await withCloud(backend.tenant) { cloud in
      let services = try await OpenStackError.of {
        try await cloud.nova.allComputeServices()
      }
      #expect(services.kind == .forbidden)
      let servers = try await OpenStackError.of {
        try await cloud.nova.servers(host: backend.hosts[0])
      }
      #expect(servers.kind == .forbidden)
      #expect(servers.remote?.body.isEmpty == false)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func revokedTokenIsRenewedOnce(_ backend: any ComputeBackend) async throws {
    try await withCloud(backend.administrator) { cloud in
      _ = try await cloud.nova.microversion()
      #expect(await cloud.keystone.issued == 1)
      try await cloud.keystone.revoke()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 {
          group.addTask { try await cloud.nova.allComputeServices().count }
        }
        for try await count in group { #expect(count >= backend.hosts.count) }
      }
      #expect(await cloud.keystone.issued == 2)
    }
  }

  /// A change is repeated after a 401 as well: what was refused did nothing.
  @Test(arguments: await ComputeBackends.all)
  func revokedTokenDoesNotLoseAChange(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let service = try await stage.service(stage.hosts[0])
      try await withCloud(backend.administrator) { cloud in
        _ = try await cloud.nova.microversion()
        try await cloud.keystone.revoke()
        let changed = try await cloud.nova.disable(service: service.id, reason: "sevfleet:case")
        #expect(changed.disabledReason == "sevfleet:case")
        #expect(await cloud.keystone.issued == 2)
      }
    }
  }

  /// A cloud of its own for one case.
  func withCloud(
    _ configuration: CloudConfiguration, limits: OpenStackLimits = OpenStackLimits(),
    _ body: (OpenStackCloud) async throws -> Void
  ) async throws {
    let cloud = try OpenStackCloud(configuration, limits: limits)
    do {
      try await body(cloud)
    } catch {
      try await cloud.shutdown()
      throw error
    }
    try await cloud.shutdown()
  }
}
