import FleetLab
import Foundation
import Testing

@Suite struct ComputeKeystoneTests {
  @Test func passwordGivesTokenAndCatalog() async throws {
    try await withCompute { lab, probe in
      let reply = try await probe.login(user: "admin", password: "lab-admin")
      #expect(reply.status == 201)
      let token = try #require(reply.body["token"])
      #expect(token["project"]?["name"]?.text == "admin")
      #expect(token["expires_at"]?.text?.hasSuffix("Z") == true)
      let types = token["catalog"]?.list.compactMap { $0["type"]?.text } ?? []
      #expect(Set(types) == ["identity", "compute", "placement", "image", "volumev3"])
      let root = await lab.root
      let compute = token["catalog"]?.list.first { $0["type"]?.text == "compute" }
      #expect(compute?["endpoints"]?.list.first?["url"]?.text == root + "/compute/v2.1")
    }
  }

  @Test func wrongPasswordAndMadeUpTokenAre401OfTheSameShape() async throws {
    try await withCompute { _, probe in
      let wrong = try await probe.login(user: "admin", password: "wrong")
      #expect(wrong.status == 401)
      var stranger = probe
      stranger.token = "made-up"
      let refused = try await stranger.nova("GET", "/os-services")
      #expect(refused.status == 401)
      #expect(refused.body["error"]?["code"]?.int == 401)
      #expect(refused.body["error"]?["title"]?.text == "Unauthorized")
      #expect(refused.headers["www-authenticate"] == "Keystone uri=\"\(probe.root)/identity/v3\"")
      #expect(wrong.body == refused.body)
    }
  }

  @Test func applicationCredentialLogsIn() async throws {
    try await withCompute { lab, probe in
      let credential = await lab.addApplicationCredential("drain")
      func login(_ secret: String) async throws -> APIReply {
        try await probe.send(
          "POST", "/identity/v3/auth/tokens",
          """
          {"auth": {"identity": {"methods": ["application_credential"],
           "application_credential": {"id": "\(credential.id)", "secret": "\(secret)"}}}}
          """)
      }
      let reply = try await login(credential.secret)
      #expect(reply.status == 201)
      var user = probe
      user.token = reply.headers["x-subject-token"] ?? ""
      #expect(try await user.nova("GET", "/os-services").status == 200)
      #expect(try await login("other").status == 401)
    }
  }

  @Test func tokensExpireAndCanBeRevoked() async throws {
    var settings = LabComputeSettings()
    settings.tokenTTL = .milliseconds(300)
    try await withCompute(settings: settings) { lab, probe in
      try await computeEventually("the token is over") { try await probe.nova("GET", "/servers").status == 401 }
      await lab.setTokenTTL(.seconds(600))
      let fresh = try await ComputeProbe(lab)
      #expect(try await fresh.nova("GET", "/servers").status == 200)
      await lab.revokeAllTokens()
      #expect(try await fresh.nova("GET", "/servers").status == 401)
      #expect(try await fresh.send("GET", "/placement/resource_providers").status == 401)
      #expect(try await fresh.send("GET", "/image/v2/images/x").status == 401)
    }
  }

  @Test func cloudsFileNamesTheLab() async throws {
    try await withCompute { lab, _ in
      let text = await lab.cloudsYAML("bed")
      let authURL = await lab.authURL
      #expect(text.contains("  bed:\n    auth:\n      auth_url: \(authURL)\n"))
      #expect(text.contains("  bed-demo:\n"))
      #expect(text.contains("password: lab-admin"))
    }
  }
}
