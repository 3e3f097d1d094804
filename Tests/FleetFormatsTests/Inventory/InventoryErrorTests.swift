import FleetCore
import FleetFormats
import Testing

/// What is refused, with the line that is blamed.
@Suite struct InventoryErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var text: String
    var kind: Diagnostic.Kind
    var line: Int?
    var testDescription: String { "\(file) \(kind) \(text.prefix(60))" }

    init(_ file: String, _ text: String, _ kind: Diagnostic.Kind, _ line: Int?) {
      (self.file, self.text, self.kind, self.line) = (file, text, kind, line)
    }
  }

  static let host = "  - name: a\n    address: 10.0.0.1\n"

  static let cases: [Case] = [
    // fleet.yaml
    Case("fleet.yaml", "ssh: {usr: x}", .unknownKey, 1),
    Case("fleet.yaml", "ssh:\n  port: 0", .invalidValue, 2),
    Case("fleet.yaml", "ssh:\n  port: \"22\"", .wrongType, 2),
    Case("fleet.yaml", "ssh:\n  user: root;x", .invalidValue, 2),
    Case("fleet.yaml", "ssh:\n  user: 12", .wrongType, 2),
    Case("fleet.yaml", "ssh:\n  become: su", .invalidValue, 2),
    Case("fleet.yaml", "ssh: {identity: ~other/id}", .invalidValue, 1),
    Case("fleet.yaml", "ssh: {identity: \"keys/id /\"}", .invalidValue, 1),
    Case("fleet.yaml", "ssh: {jump: gate}", .invalidValue, 1),
    Case("fleet.yaml", "ssh: {jump: op@gate:99999}", .invalidValue, 1),
    Case("fleet.yaml", "openstack: {}", .missingKey, 1),
    Case("fleet.yaml", "openstack: prod", .wrongType, 1),
    Case("fleet.yaml", "state: ~", .wrongType, 1),
    Case("fleet.yaml", "state: \"\"", .invalidValue, 1),
    Case("fleet.yaml", "- ssh", .wrongType, 1),
    // hosts
    Case("hosts/h.yaml", "", .missingKey, 1),
    Case("hosts/h.yaml", "hosts: {}", .wrongType, 1),
    Case("hosts/h.yaml", "hosts:\n  - address: a", .missingKey, 2),
    Case("hosts/h.yaml", "hosts:\n  - name: a", .missingKey, 2),
    Case("hosts/h.yaml", "hosts:\n  - name: \"\"\n    address: a", .invalidValue, 2),
    Case("hosts/h.yaml", "hosts:\n  - name: a b\n    address: a", .invalidValue, 2),
    Case("hosts/h.yaml", "hosts:\n  - name: -a\n    address: a", .invalidValue, 2),
    Case("hosts/h.yaml", "hosts:\n  - name: 007\n    address: a", .wrongType, 2),
    Case("hosts/h.yaml", "hosts:\n  - name: no\n    address: a", .wrongType, 2),
    Case("hosts/h.yaml", "hosts:\n\(host)    adress: b", .unknownKey, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    port: 65536", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    port: 22\n    ssh: {port: 23}", .conflict, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    groups: milan", .wrongType, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    groups: [m, m]", .duplicate, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    groups: [1]", .wrongType, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    failure_domain: a b", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: nosuch", .unknownName, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: 1.55", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: 1.55.256", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: 1.37.1f", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: 1.55.036", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: backup", .unsupported, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: null", .wrongType, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    target: [factory]", .wrongType, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    policy: {soak: 5}", .invalidValue, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)    compute_host: 5", .wrongType, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)\(host.replacing("10.0.0.1", with: "b"))", .duplicate, 4),
    Case("hosts/h.yaml", "hosts:\n\(host)\(host.replacing("name: a", with: "name: b"))", .duplicate, 5),
    // targets.yaml
    Case("targets.yaml", "targets:\n  t: {fam19h_model9xh: 1.55.36}", .unknownName, 2),
    Case("targets.yaml", "targets:\n  t: {milan: 1.55.36}", .unknownName, 2),
    Case("targets.yaml", "targets:\n  t: {fam19h_model0xh: 1.55}", .invalidValue, 2),
    Case("targets.yaml", "targets:\n  t: {fam19h_model0xh: 155}", .invalidValue, 2),
    Case("targets.yaml", "targets:\n  t: {fam19h_model0xh: factory}", .invalidValue, 2),
    Case("targets.yaml", "targets:\n  t: {}", .invalidValue, 2),
    Case("targets.yaml", "targets:\n  t: 1.55.36", .wrongType, 2),
    Case("targets.yaml", "targets:\n  factory: {fam19h_model0xh: 1.55.36}", .invalidValue, 2),
    Case("targets.yaml", "targets:\n  1.55.36: {fam19h_model0xh: 1.55.36}", .invalidValue, 2),
    Case("targets.yaml", "targets:\n  \"a b\": {fam19h_model0xh: 1.55.36}", .invalidValue, 2),
    Case("targets.yaml", "groups:\n  g: {target: none-such}", .unknownName, 2),
    Case("targets.yaml", "groups:\n  g: {policies: {}}", .unknownKey, 2),
    Case("targets.yaml", "groups:\n  g:", .wrongType, 2),
    Case("targets.yaml", "versions:\n  fam19h_model9xh: {min: 1.55.3}", .unknownName, 2),
    Case("targets.yaml", "versions:\n  fam19h_model0xh: {least: 1.55.3}", .unknownKey, 2),
    Case("targets.yaml", "versions:\n  fam19h_model0xh: {min: 1.55}", .invalidValue, 2),
    Case("targets.yaml", "versions:\n  fam19h_model0xh: {min: {version: 1.55.3}}", .missingKey, 2),
    Case("targets.yaml", "versions:\n  fam19h_model0xh: {min: 1.55.4, max: 1.55.3}", .invalidValue, 2),
    Case("targets.yaml", "versions:\n  fam19h_model0xh: {blocked: 1.55.3}", .wrongType, 2),
    Case("targets.yaml", "versions:\n  fam19h_model0xh: {blocked: [1.55.3]}", .wrongType, 2),
    Case(
      "targets.yaml", "groups:\n  g:\n    versions:\n      fam19h_model0xh: {blocked: [{reason: x}]}", .missingKey, 4),
    Case(
      "targets.yaml",
      "versions:\n  fam19h_model0xh:\n    blocked:\n      - {version: 1.55.3, reason: x, until: 2026-02-30}",
      .invalidValue, 4),
    // policy.yaml
    Case("policy.yaml", "soak: 10", .invalidValue, 1),
    Case("policy.yaml", "soak: 10 m", .invalidValue, 1),
    Case("policy.yaml", "soak: -1m", .invalidValue, 1),
    Case("policy.yaml", "soak: 1.5h", .invalidValue, 1),
    Case("policy.yaml", "soak: 99999999999999999999d", .invalidValue, 1),
    Case("policy.yaml", "soak: 5000d", .invalidValue, 1),
    Case("policy.yaml", "deadlines: {connect: 0s}", .invalidValue, 1),
    Case("policy.yaml", "max_unavailable: 0", .invalidValue, 1),
    Case("policy.yaml", "max_unavailable: 101%", .invalidValue, 1),
    Case("policy.yaml", "max_unavailable: 1.5", .invalidValue, 1),
    Case("policy.yaml", "max_unavailable: 05", .invalidValue, 1),
    Case("policy.yaml", "max_unavailable: many", .invalidValue, 1),
    Case("policy.yaml", "waves: []", .invalidValue, 1),
    Case("policy.yaml", "waves: [1, 0%]", .invalidValue, 1),
    Case("policy.yaml", "waves: 5%", .wrongType, 1),
    Case("policy.yaml", "activation: {reload: yes}", .wrongType, 1),
    Case("policy.yaml", "activation:\n  reload: true\n  live: false", .unsupported, 3),
    Case("targets.yaml", "groups:\n  g:\n    policy: {activation: {live: true}}", .unsupported, 3),
    Case("policy.yaml", "activation: {reload: \"true\"}", .wrongType, 1),
    Case("policy.yaml", "activation: {compute_stop: maybe}", .wrongType, 1),
    Case("policy.yaml", "activation: {compute_stop: {}}", .invalidValue, 1),
    Case("policy.yaml", "activation: {compute_stop: {unit: a, command: [/b]}}", .invalidValue, 1),
    Case("policy.yaml", "activation: {compute_stop: {unit: \"a b\"}}", .invalidValue, 1),
    Case("policy.yaml", "activation: {compute_stop: {command: [systemctl, stop, x]}}", .invalidValue, 1),
    Case("policy.yaml", "activation: {compute_stop: {command: [/bin/systemctl, halt]}}", .invalidValue, 1),
    Case("policy.yaml", "drain: {sev: wiat}", .invalidValue, 1),
    Case("policy.yaml", "drain: {live: 0}", .invalidValue, 1),
    Case("policy.yaml", "drain: {live: 4.0}", .wrongType, 1),
    Case("policy.yaml", "comply_within: 0s", .invalidValue, 1),
    Case("policy.yaml", "comply_within: 14", .invalidValue, 1),
    Case("policy.yaml", "drain: {devices: cold}", .invalidValue, 1),
    Case("policy.yaml", "drain: {move_rate: 0}", .invalidValue, 1),
    Case("policy.yaml", "drain: {return_home: cold}", .invalidValue, 1),
    Case("policy.yaml", "emergency: {soak: 0s}", .unknownKey, 1),
    Case("policy.yaml", "emergency: {max_unavailable: 0}", .invalidValue, 1),
    Case("policy.yaml", "emergency: {max_moves: 0}", .invalidValue, 1),
    Case("policy.yaml", "emergency: {waves: []}", .invalidValue, 1),
    Case("policy.yaml", "emergency: {approvals: 3}", .invalidValue, 1),
    Case("policy.yaml", "hooks: {pre_flight: {argv: [/a]}}", .unknownKey, 1),
    Case("policy.yaml", "hooks: {pre_drain: {timeout: 5s}}", .missingKey, 1),
    Case("policy.yaml", "hooks: {pre_drain: {argv: []}}", .invalidValue, 1),
    Case("policy.yaml", "hooks: {pre_drain: {argv: [true]}}", .wrongType, 1),
    // Other files
    Case("schedules.yaml", "schedules: at all", .wrongType, 1),
    Case("schedule.yaml", "x: 1", .unexpectedFile, nil),
    Case("target.yaml", "x: 1", .unexpectedFile, nil),
    Case("hosts/b.yml", "x: 1", .unexpectedFile, nil),
    Case("hosts/sub/b.yaml", "x: 1", .unexpectedFile, nil),
  ]

  @Test(arguments: cases) func isRefused(_ one: Case) throws {
    var files = [InventoryFile(path: "hosts/good.yaml", text: "hosts: [{name: good, address: good.example}]")]
    files.append(InventoryFile(path: one.file, text: one.text))
    guard case .failure(let diagnostics) = InventorySample.read(files, openStack: true) else {
      Issue.record("accepted")
      return
    }
    #expect(diagnostics.list.map(\.kind) == [one.kind], "\(diagnostics)")
    let place = SourceLocation(file: "inventory/\(one.file)", line: one.line)
    #expect(diagnostics.list.map(\.location) == [place], "\(diagnostics)")
  }

  @Test func everythingIsReportedAtOnce() {
    let result = InventorySample.read(
      hosts: "hosts:\n  - name: a\n    adress: 1.2.3.4\n    name: b\n    port: many\n",
      fleet: "shh: {}\nssh: {port: x}\n", targets: "targets: {t: {fam19h_model0xh: 1.55}}\n",
      policy: "soak: 1\nwaves: [x]\nsoak: 2\n")
    #expect(
      InventorySample.errors(result) == [
        "inventory/fleet.yaml:1: unknown key \"shh\" in fleet.yaml; did you mean \"ssh\"?",
        "inventory/fleet.yaml:2: port must be a whole number, not x",
        "inventory/hosts/h.yaml:2: host lacks \"address\"",
        "inventory/hosts/h.yaml:3: unknown key \"adress\" in host; did you mean \"address\"?",
        "inventory/hosts/h.yaml:4: duplicate key \"name\"; it is already on line 2",
        "inventory/hosts/h.yaml:5: port must be a whole number, not many",
        "inventory/policy.yaml:1: soak must be a duration such as 90s, 10m or 2h, not \"1\" "
          + "(write the unit: ms, s, m, h or d)",
        "inventory/policy.yaml:2: waves must be a number or a percentage, not \"x\"",
        "inventory/policy.yaml:3: duplicate key \"soak\"; it is already on line 1",
        "inventory/targets.yaml:1: \"1.55\" is not a version: three decimal numbers from 0 to 255 such as 1.55.36, "
          + "or hex as 0x1.37.24",
      ])
  }

  @Test func versionsAreReadQuotedOrNotAndInHexWithItsMark() throws {
    for spelling in ["1.55.36", "\"1.55.36\"", "'1.55.36'", "0x1.37.24", "\"0x1.37.24\""] {
      let text = "hosts: [{name: a, address: a, target: \(spelling)}]"
      #expect(try InventorySample.read(hosts: text).get().hosts[0].target == .version(FirmwareVersion(1, 55, 36)))
    }
  }

  @Test func foreignFilesAreLeftAlone() throws {
    var files = InventorySample.example
    for name in ["README.md", "known_hosts", "hosts/.az2.yaml.swp", "hosts/notes.txt", "keys/a.yaml"] {
      files.append(InventoryFile(path: name, text: "{[ not yaml"))
    }
    #expect(try InventorySample.read(files).get() == InventorySample.read(InventorySample.example).get())
  }
}
