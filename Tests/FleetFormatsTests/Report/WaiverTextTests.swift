import FleetCore
import FleetFormats
import Testing

/// What is proposed is taken as it stands.
@Suite struct WaiverTextTests {
  private static let today = CivilDate(daysSinceEpoch: 20_784)

  private static func plan(_ reopened: [String: [(String, ReopenedBulletin.Verdict)]], emergency: String? = nil) -> Plan
  {
    let changes = reopened.sorted { $0.key < $1.key }.map { host, bulletins in
      HostChange(
        host: HostID(host), computeHost: .notInNova, expected: FirmwareVersion(1, 55, 36),
        desired: FirmwareVersion(1, 55, 31), image: nil, direction: .downgrade, activation: .reboot,
        sevES: SEVESImpact(verdict: .kept, text: ""), attestation: AttestationImpact(), reasons: [],
        reopens: bulletins.map {
          ReopenedBulletin(id: $0.0, cves: [], name: nil, verdict: $0.1, grade: .a, sources: [], text: "")
        })
    }
    var plan = Plan(changes: changes, upToDate: [], excluded: [])
    plan.options.emergency = emergency
    return plan
  }

  @Test func whatIsReopenedIsWaivedForAMonth() throws {
    let reasons = [nil, "it hangs: guests # die", "- \"quoted\", {odd}"]
    for reason in reasons {
      let plan = Self.plan(
        [
          "sev-a01": [("AMD-SB-3023", .reopened), ("AMD-SB-3015", .unknown)],
          "sev-b01": [("AMD-SB-3023", .reopened), ("AMD-SB-3015", .reopened)],
        ], emergency: reason)
      let rows = WaiverText.rows(plan, owner: "Mara O'Neil", today: Self.today)
      #expect(rows.count == 2)
      let hosts = "hosts:\n  - {name: sev-a01, address: a.example}\n  - {name: sev-b01, address: b.example}\n"
      let text = "waivers:\n" + rows.map { "  \($0)\n" }.joined()
      let waivers = try InventorySample.read([
        InventoryFile(path: "hosts/h.yaml", text: hosts), InventoryFile(path: "compliance.yaml", text: text),
      ]).get().compliance.waivers
      #expect(waivers.map(\.subject) == [.bulletin("AMD-SB-3023"), .bulletin("AMD-SB-3015")])
      #expect(waivers.map(\.hosts) == [[HostID("sev-a01"), HostID("sev-b01")], [HostID("sev-b01")]])
      for waiver in waivers {
        #expect(waiver.owner == "Mara O'Neil" && waiver.reason == reason ?? "TEXT")
        #expect(waiver.expires == Self.today.adding(days: WaiverText.days))
      }
    }
  }

  @Test func whatReopensNothingNeedsNone() {
    for plan in [Self.plan([:]), Self.plan(["a": []]), Self.plan(["a": [("AMD-SB-3015", .unknown)]])] {
      #expect(WaiverText.rows(plan, owner: "Mara", today: Self.today).isEmpty)
    }
  }
}
