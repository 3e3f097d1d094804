import FleetCore
import FleetFormats
import Testing

/// A fleet of the size we promise, in one file per failure domain.
@Suite struct InventorySizeTests {
  @Test func fiveThousandHosts() throws {
    var files = [
      InventoryFile(path: "targets.yaml", text: InventorySample.targets),
      InventoryFile(path: "policy.yaml", text: InventorySample.policy),
    ]
    for zone in 0..<10 {
      var text = "hosts:\n"
      for host in 0..<500 {
        text += "  - name: sev-\(zone)-\(host)\n    address: 10.\(zone).\(host / 250).\(host % 250)\n"
        text += "    failure_domain: az\(zone)/rack\(host / 40)\n    groups: [milan]\n"
      }
      files.append(InventoryFile(path: "hosts/az\(zone).yaml", text: text))
    }
    let inventory = try InventorySample.read(files).get()
    #expect(inventory.hosts.count == 5000)
    #expect(inventory.hosts.allSatisfy { $0.target?.label == "milan-2026q3" && $0.policy.maxUnavailable == .number(2) })
    #expect(inventory.hosts.last?.declaredAt == SourceLocation(file: "inventory/hosts/az9.yaml", line: 1998))
    let again = try InventorySample.read(InventoryWriter.files(for: inventory)).get()
    #expect(again.withoutLines == inventory.withoutLines)
  }
}
