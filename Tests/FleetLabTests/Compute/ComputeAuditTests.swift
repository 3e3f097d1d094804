import FleetLab
import Testing

/// Notes what the driver was told, in order.
private actor Notes: GuestDriver {
  private(set) var lines: [String] = []
  private let refusing: Set<String>

  init(refusing: Set<String> = []) { self.refusing = refusing }

  struct Refused: Error {}

  func start(_ guest: LabGuest, on host: String) throws {
    if refusing.contains(host) { throw Refused() }
    lines.append("start \(guest.name) \(guest.model.rawValue) \(guest.instanceName) \(host)")
  }
  func stop(_ id: String, on host: String) { lines.append("stop \(host)") }
  func pause(_ id: String, on host: String) { lines.append("pause \(host)") }
  func resume(_ id: String, on host: String) { lines.append("resume \(host)") }
}

@Suite struct ComputeAuditTests {
  @Test func everyChangeIsNotedAndNothingElse() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("a", host: "sev-a01")
      let sev = try await lab.addServer("s", flavor: "sev.small", host: "sev-a01")
      _ = try await probe.get("/servers/detail")
      #expect(await lab.audit.isEmpty)
      let service = try await probe.get("/os-services?host=sev-a02")["services"]?.list.first?["id"]?.text ?? ""
      _ = try await probe.nova("PUT", "/os-services/\(service)", "{\"status\": \"disabled\"}")
      _ = try await probe.migrateLive(sev)
      _ = try await probe.migrateLive(id)
      let running = try await probe.wait(id, "completed") { $0.record == "completed" }
      _ = try await probe.nova("DELETE", "/servers/\(id)/migrations/\(running.recordID)")
      let audit = await lab.audit
      #expect(audit.map(\.number) == [1, 2, 3, 4])
      #expect(audit.map(\.status) == [200, 400, 202, 409])
      #expect(audit.map(\.host) == ["sev-a02", "sev-a01", "sev-a01", running.host])
      #expect(audit.map(\.action) == [nil, "os-migrateLive", "os-migrateLive", "abort"])
      #expect(audit[0].isServiceChange && audit[0].server == nil)
      #expect(await lab.acceptedMoves().map(\.server) == [id])
      #expect(await lab.acceptedMoves(of: sev).isEmpty)
    }
  }

  @Test func guestsMoveWithTheirServers() async throws {
    let notes = Notes()
    try await withCompute(hosts: 2, guests: notes) { lab, probe in
      let plain = try await lab.addServer("web", host: "sev-a01")
      let sev = try await lab.addServer("snp", flavor: "sev-snp.small", host: "sev-a01")
      _ = try await probe.migrateLive(plain)
      _ = try await probe.wait(plain, "completed") { $0.record == "completed" }
      _ = try await probe.migrateCold(sev)
      _ = try await probe.wait(sev, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" }
      #expect(
        await notes.lines == [
          "start web none instance-00000001 sev-a01", "start snp sevSNP instance-00000002 sev-a01",
          "start web none instance-00000001 sev-a02", "stop sev-a01",
          "stop sev-a01", "start snp sevSNP instance-00000002 sev-a02",
        ])
    }
  }

  @Test func aDriverThatRefusesIsARefusedMove() async throws {
    try await withCompute(hosts: 2, guests: Notes(refusing: ["sev-a02"])) { lab, probe in
      let live = try await lab.addServer("live", host: "sev-a01")
      let cold = try await lab.addServer("cold", host: "sev-a01")
      _ = try await probe.migrateLive(live)
      let stayed = try await probe.wait(live, "error") { $0.record == "error" && $0.isIdle }
      #expect(stayed.status == "ACTIVE" && stayed.host == "sev-a01")
      _ = try await probe.migrateCold(cold)
      let lost = try await probe.wait(cold, "ERROR") { $0.status == "ERROR" && $0.isIdle }
      #expect(lost.host == "sev-a02" && lost.record == "error")
    }
  }
}
