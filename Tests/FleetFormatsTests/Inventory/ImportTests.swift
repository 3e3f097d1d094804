import FleetCore
import FleetFormats
import Testing

/// Inventories of others: what they say is taken exactly, what is wrong with them is told with its line.
@Suite struct ImportTests {
  private func csv(_ text: String) throws -> [ImportedHost] { try CSVHosts.read(Array(text.utf8), file: "x.csv").get() }

  private func ansible(_ text: String, _ file: String = "hosts") throws -> [ImportedHost] {
    try AnsibleHosts.read(Array(text.utf8), file: file).get()
  }

  private func mistakes(_ result: Result<[ImportedHost], Diagnostics>) -> [String] {
    switch result {
    case .success(let hosts): ["accepted: \(hosts.map(\.name))"]
    case .failure(let diagnostics): diagnostics.list.map(\.description)
    }
  }

  @Test func aCSVFileIsReadByItsHeader() throws {
    let hosts = try csv(
      "name,address,port,user,compute_host,failure_domain,groups\r\n"
        + "sev-a01,10.0.0.11,2222,ops,cmp-1,az1/rack3,milan;canary\r\n\r\n\"sev-a02\",\"10.0.0.12\",,,,,\n")
    #expect(hosts.count == 2)
    #expect(
      hosts[0]
        == ImportedHost(
          name: "sev-a01", address: "10.0.0.11", port: 2222, user: "ops", computeHost: "cmp-1",
          failureDomain: "az1/rack3", groups: ["milan", "canary"],
          declaredAt: SourceLocation(file: "x.csv", line: 2)))
    #expect(
      hosts[1]
        == ImportedHost(
          name: "sev-a02", address: "10.0.0.12", declaredAt: SourceLocation(file: "x.csv", line: 4)))
  }

  @Test func everyMistakeOfACSVFileIsToldAtOnce() {
    let text = "name,address,port\nsev-a01,10.0.0.1,x\nsev a02,10.0.0.2,22\nsev-a03,10.0.0.3\nsev-a04,;,22\n"
    let found = mistakes(CSVHosts.read(Array(text.utf8), file: "x.csv"))
    #expect(found.count == 4, "\(found)")
    for line in 2...5 { #expect(found.contains { $0.hasPrefix("x.csv:\(line)") }, "line \(line): \(found)") }
    #expect(mistakes(CSVHosts.read(Array("name,colour\na,red\n".utf8), file: "x.csv"))[0].contains("colour"))
    #expect(mistakes(CSVHosts.read([], file: "x.csv"))[0].contains("columns"))
    #expect(mistakes(CSVHosts.read([0xFF], file: "x.csv"))[0].contains("UTF-8"))
    #expect(mistakes(CSVHosts.read(Array("name\na\n\"b".utf8), file: "x.csv"))[0].contains("not closed"))
    #expect(mistakes(CSVHosts.read(Array("name\na\na\n".utf8), file: "x.csv"))[0].contains("twice"))
  }

  @Test func asManyHostsAreTakenAsAnInventoryHolds() throws {
    let full = "name\n" + (1...InventoryLimits.hosts).map { "sev-\($0)\n" }.joined()
    #expect(try csv(full).count == InventoryLimits.hosts)
    let over = mistakes(CSVHosts.read(Array((full + "more-1\nmore 2\nmore-3\n").utf8), file: "x.csv"))
    let line = InventoryLimits.hosts + 2
    // The limit once; of the line behind it the name, and the address that it stands for.
    #expect(over.count == 3, "\(over.prefix(5))")
    #expect(over.first?.hasPrefix("x.csv:\(line)") == true && over.first?.contains("more than") == true, "\(over)")
    #expect(over.last?.hasPrefix("x.csv:\(line + 1)") == true, "\(over)")
  }

  @Test func anAnsibleFileIsReadInBothItsForms() throws {
    let ini = """
      # the region
      jump ansible_host=10.0.0.1
      [milan]
      sev-a[01:02] ansible_user=ops ansible_port=2222
      sev-b ansible_host="10.0.0.9"  # spare
      [milan:vars]
      colour=red
      [sev:children]
      milan
      """
    let yaml = """
      all:
        hosts:
          jump: {ansible_host: 10.0.0.1}
        children:
          sev:
            children:
              milan:
                hosts:
                  sev-a[01:02]: {ansible_user: ops, ansible_port: 2222}
                  sev-b: {ansible_host: 10.0.0.9}
                vars: {colour: red}
      """
    for (text, file) in [(ini, "hosts"), (yaml, "hosts.yml")] {
      let hosts = try ansible(text, file)
      #expect(Set(hosts.map(\.name)) == ["jump", "sev-a01", "sev-a02", "sev-b"], "\(file)")
      let byName = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0) })
      #expect(byName["jump"]?.groups == [] && byName["jump"]?.address == "10.0.0.1", "\(file)")
      #expect(byName["sev-a02"]?.groups == ["milan", "sev"] && byName["sev-a02"]?.port == 2222, "\(file)")
      #expect(byName["sev-a01"]?.user == "ops" && byName["sev-a01"]?.address == "sev-a01", "\(file)")
      #expect(byName["sev-b"]?.address == "10.0.0.9", "\(file)")
    }
  }

  @Test func everyMistakeOfAnAnsibleFileIsToldAtOnce() {
    let text = "[milan]\nsev-a[1:x]\nsev-b 10.0.0.1\nsev-c ansible_port=x\n[odd:parts]\nsev-d ansible_host='x\n[open\n"
    let found = mistakes(AnsibleHosts.read(Array(text.utf8), file: "hosts"))
    for line in [2, 3, 4, 5, 7] { #expect(found.contains { $0.hasPrefix("hosts:\(line)") }, "line \(line): \(found)") }
    let yaml = mistakes(AnsibleHosts.read(Array("all:\n  host: {}\n".utf8), file: "h.yaml"))
    #expect(yaml.count == 1 && yaml[0].hasPrefix("h.yaml:2"), "\(yaml)")
    #expect(mistakes(AnsibleHosts.read(Array("a[1:99999999]\n".utf8), file: "hosts"))[0].contains("range"))
  }

  @Test func groupsThatHoldOneAnotherEnd() throws {
    let hosts = try ansible("[a]\nx\n[a:children]\nb\n[b:children]\na\n")
    #expect(hosts.map(\.groups) == [["a", "b"]])
  }

  @Test func aProposalHasTheNewAndTellsTheDifferent() throws {
    let existing = try InventoryReader.read(
      files: [
        InventoryFile(
          path: "hosts/a.yaml",
          text:
            "hosts:\n  - {name: sev-a01, address: 10.0.0.1, groups: [milan]}\n  - {name: sev-a02, address: 10.0.0.2}\n")
      ], home: "/root", openStackConfigured: false
    ).get()
    let told = try csv("name,address,groups\nsev-a01,10.0.0.1,milan\nsev-a02,10.9.9.9,rome\nsev-a03,10.0.0.3,\n")
    let proposal = InventoryProposal(told, into: existing, isInNova: false)
    #expect(proposal.inventory.hosts.map(\.id.rawValue) == ["sev-a03"])
    #expect(proposal.unchanged == 1)
    #expect(proposal.differences.map(\.key) == ["address", "groups"])
    #expect(proposal.differences[0].sentence == "sev-a02: address is 10.0.0.2 here, 10.9.9.9 there")
    let nova = InventoryProposal(
      [.nova("cmp-1", address: "10.0.0.8", aggregates: ["sev", "two words"], availabilityZone: "az1")],
      into: existing, isInNova: true)
    #expect(nova.inventory.hosts.map(\.groups) == [["sev"]])
    #expect(nova.inventory.hosts.map(\.failureDomain) == ["az1"])
  }

  /// Whatever the bytes, an answer or a diagnostic; never a trap.
  @Test func noiseIsAnsweredToo() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("imports: seed \(seed)")
    var random = SplitMix(seed: seed)
    let alphabet = Array("name,address\n\r\"'[]:= #;-az09\u{E9}\tvars:children hosts".utf8)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      for result in [
        CSVHosts.read(Array("name,address\n".utf8) + bytes, file: "x.csv"), CSVHosts.read(bytes, file: "x.csv"),
        AnsibleHosts.read(bytes, file: "hosts"), AnsibleHosts.read(bytes, file: "h.yml"),
      ] {
        switch result {
        case .success(let hosts): #expect(hosts.allSatisfy { !$0.name.isEmpty })
        case .failure(let diagnostics): #expect(!diagnostics.list.isEmpty)
        }
      }
    }
  }
}
