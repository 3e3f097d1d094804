import FleetCore
import FleetFormats
import Testing

/// `compliance.yaml`: what is read, and what is refused with the line that is blamed.
@Suite struct ComplianceFileTests {
  private static let hosts = """
    hosts:
      - {name: sev-a01, address: a.example, groups: [milan], failure_domain: az1}
      - {name: sev-a02, address: b.example, groups: [milan]}
      - {name: sev-b01, address: c.example}
    """

  private static func read(_ text: String) -> Result<Inventory, Diagnostics> {
    InventorySample.read([
      InventoryFile(path: "hosts/h.yaml", text: hosts), InventoryFile(path: "compliance.yaml", text: text),
    ])
  }

  @Test func everyKeyIsRead() throws {
    let rules = try Self.read(
      """
      accept:
        - {bulletin: AMD-SB-3023, source: T1, by: Mara, reason: "read the bulletin"}
      waivers:
        - {hosts: [group=milan], bulletin: AMD-SB-3023, owner: Mara, reason: "SEV-ES guests", expires: 2026-12-31}
        - {hosts: ["*"], finding: unstable, owner: Mara, reason: "reboot is planned", expires: 2026-12-01}
      steps:
        - {hosts: [sev-b01], bulletin: AMD-SB-3015, step: "alias check complete; reboot", by: Jo, at: 2026-11-03}
      agesa:
        - {bios: "Dell Inc. 2.14.1", version: 1.0.0.H, by: Jo}
      milan_attestation_caveat: false
      enforce_unknown: true
      """
    ).get().compliance
    let file = "inventory/compliance.yaml"
    #expect(
      rules.accept == [
        .init(
          bulletin: "AMD-SB-3023", source: "T1", by: "Mara", reason: "read the bulletin",
          declaredAt: SourceLocation(file: file, line: 2))
      ])
    #expect(rules.waivers.map(\.hosts.count) == [2, 3])
    #expect(rules.waivers.map(\.subject) == [.bulletin("AMD-SB-3023"), .finding("unstable")])
    #expect(rules.waivers.map(\.expires) == [CivilDate("2026-12-31"), CivilDate("2026-12-01")])
    #expect(rules.waivers[0].owner == "Mara" && rules.waivers[0].declaredAt == SourceLocation(file: file, line: 4))
    #expect(rules.steps.map(\.hosts) == [[HostID("sev-b01")]] && rules.steps[0].at == CivilDate("2026-11-03"))
    #expect(rules.agesa.map(\.version) == ["1.0.0.H"])
    #expect(!rules.milanAttestationCaveat && rules.enforceUnknown)
  }

  @Test func withoutAFileBulletinsAreShownOnly() throws {
    let inventory = try InventorySample.read([InventoryFile(path: "hosts/h.yaml", text: Self.hosts)]).get()
    #expect(inventory.compliance == .undeclared && inventory.compliance.milanAttestationCaveat)
    #expect(!inventory.compliance.isEnforced(Fact(grade: .a, sources: ["K1"]), bulletin: "AMD-SB-3023"))
    #expect(ComplianceRules().isEnforced(Fact(grade: .a, sources: ["K1"]), bulletin: "AMD-SB-3023"))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var kinds: [Diagnostic.Kind]
    var testDescription: String { "\(kinds) \(text.prefix(90))" }

    init(_ text: String, _ kinds: Diagnostic.Kind...) { (self.text, self.kinds) = (text, kinds) }
  }

  private static let waiver = "owner: o, reason: r, expires: 2026-12-31"
  static let cases: [Case] = [
    Case("acept: []", .unknownKey), Case("accept: {}", .wrongType), Case("enforce_unknown: 1", .wrongType),
    Case("accept: [{by: b, reason: r}]", .missingKey),
    Case("accept: [{bulletin: AMD-SB-3023, by: b}]", .missingKey),
    Case("accept: [{bulletin: AMD-SB-9999, by: b, reason: r}]", .unknownName),
    Case("accept: [{source: Z9, by: b, reason: r}]", .unknownName),
    Case("accept: [{source: T1, by: b, reason: r, grade: A}]", .unknownKey),
    Case("waivers: [{bulletin: AMD-SB-3023, \(waiver)}]", .missingKey),
    Case("waivers: [{hosts: [], bulletin: AMD-SB-3023, \(waiver)}]", .invalidValue),
    Case("waivers: [{hosts: [nobody], bulletin: AMD-SB-3023, \(waiver)}]", .unknownName),
    Case("waivers: [{hosts: ['*'], \(waiver)}]", .invalidValue),
    Case("waivers: [{hosts: ['*'], bulletin: AMD-SB-3023, finding: armed, \(waiver)}]", .invalidValue),
    Case("waivers: [{hosts: ['*'], finding: amred, \(waiver)}]", .unknownName),
    Case("waivers: [{hosts: ['*'], finding: compliant, \(waiver)}]", .unknownName),
    Case("waivers: [{hosts: ['*'], finding: armed, owner: o, reason: r}]", .missingKey),
    Case("waivers: [{hosts: ['*'], finding: armed, owner: o, reason: r, expires: soon}]", .invalidValue),
    Case("waivers: [{hosts: ['*'], finding: armed, owner: o, reason: r, expires: 2026-02-30}]", .invalidValue),
    Case("steps: [{hosts: ['*'], bulletin: AMD-SB-3015, step: nothing, by: b, at: 2026-11-03}]", .unknownName),
    Case("steps: [{hosts: ['*'], bulletin: AMD-SB-3023, step: host OS update, by: b, at: 2026-11-03}]", .unknownName),
    Case("agesa: [{bios: x, version: \"1.0\", by: b}]", .invalidValue),
    Case(
      "waivers: [{hosts: ['*'], finding: x, owner: o}]\nsteps: 3", .unknownName, .missingKey, .missingKey, .wrongType),
  ]

  @Test(arguments: cases) func isRefused(_ one: Case) {
    guard case .failure(let found) = Self.read(one.text) else {
      Issue.record("accepted")
      return
    }
    #expect(found.list.map(\.kind).sorted { "\($0)" < "\($1)" } == one.kinds.sorted { "\($0)" < "\($1)" }, "\(found)")
    #expect(found.list.allSatisfy { $0.location.file == "inventory/compliance.yaml" && $0.location.line != nil })
  }
}
