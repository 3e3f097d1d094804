import FleetCore
import FleetFormats
import Testing

/// No input makes a reader trap; what is refused says where; what is accepted survives a writing.
@Suite struct InventoryFuzzTests {
  static let rich = """
    hosts:
      - name: h1
        address: 2001:db8::1
        groups: [one, "two"]
        ssh: {user: op, identity: agent, jump: op@gate:2222}
        policy: {max_unavailable: 5%, hooks: {pre_drain: {argv: [/bin/echo, "*", "it's", 30], timeout: 90s}}}
      - {name: h2, address: h2.example, port: 2200, compute_host: null, failure_domain: az1/rack3, target: 0x1.37.24}
      - {name: h3, address: h3.example, compute_host: nova-h3, target: factory}
      - {name: h4, address: h4.example, groups: [one], target: 1.55.29, ssh: {become: sudo, jump: null}}
      - {name: h5, address: h5.example, groups: [two, one], policy: {hooks: {pre_drain: null}}, target: keep}
    """
  static let groups = """
    targets: {keep: {fam19h_model0xh: 1.55.31, fam1ah_model0xh: "1.55.65"}}
    groups:
      one: {target: keep, ssh: {become: none}, policy: {activation: {compute_stop: {command: [/bin/x, stop]}}}}
      two: {policy: {activation: {compute_stop: none}, waves: [2, 50%], drain: {confirm_after: 1500ms}}}
    """

  @Test func neverTraps() throws {
    print("seed \(YamlFuzz.seed), \(YamlFuzz.count) inputs; SEVFLEET_FUZZ_SEED repeats them")
    var fuzz = YamlFuzz(random: SplitMix(seed: YamlFuzz.seed))
    let good = [
      ("fleet.yaml", InventorySample.fleet), ("policy.yaml", InventorySample.policy), ("targets.yaml", Self.groups),
      ("targets.yaml", InventorySample.targets), ("hosts/a.yaml", Self.rich), ("hosts/a.yaml", InventorySample.hosts),
    ]
    var accepted = 0
    for round in 0..<YamlFuzz.count {
      let (path, text) = good[round % good.count]
      let bytes = round % 10 == 9 ? fuzz.noise() : fuzz.mutated(text)
      if try check(path, bytes) { accepted += 1 }
    }
    // A generator that only makes garbage would test nothing of the writer, one that breaks nothing no errors.
    #expect(accepted > YamlFuzz.count / 50)
    #expect(accepted < YamlFuzz.count * 9 / 10)
  }

  /// Whether one input is accepted; records an issue where a promise is broken.
  private func check(_ path: String, _ bytes: [UInt8]) throws -> Bool {
    var files = [
      InventoryFile(path: "targets.yaml", text: Self.groups + "\n  milan: {}\n  canary: {}"),
      InventoryFile(path: "hosts/z.yaml", text: "hosts: [{name: zz, address: zz.example}]"),
    ]
    files.removeAll { $0.path == path }
    files.append(InventoryFile(path: path, bytes: bytes))
    let shown = String(decoding: bytes, as: UTF8.self).debugDescription
    switch InventorySample.read(files, openStack: true) {
    case .failure(let diagnostics):
      #expect(!diagnostics.list.isEmpty)
      for one in diagnostics.list {
        #expect(one.location.file.hasPrefix("inventory/"), "\(one) for \(shown)")
        #expect(one.location.line.map { $0 > 0 } ?? true, "\(one) for \(shown)")
        #expect(!one.text.isEmpty)
      }
      return false
    case .success(let inventory):
      let written = InventoryWriter.files(for: inventory)
      let again = InventorySample.read(written, openStack: true)
      #expect(InventorySample.errors(again) == [], "for \(shown)")
      #expect(try again.get().withoutLines == inventory.withoutLines, "for \(shown)")
      return true
    }
  }
}
