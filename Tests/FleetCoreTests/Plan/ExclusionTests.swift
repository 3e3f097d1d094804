import FleetCore
import Testing

@Suite("The decision table: hosts left alone") struct ExclusionTests {
  @Test("the host on the bench changes: without a fault nothing excludes it") func bench() throws {
    let change = try #require(Bench().change)
    #expect(change.direction == .upgrade)
  }

  @Test("each fault, by rule", arguments: ExclusionRow.all) func excludes(row: ExclusionRow) throws {
    var bench = Bench()
    row.fault(&bench)
    let exclusion = try #require(bench.exclusion, "\(bench.decide())")
    #expect(exclusion.kind == row.kind, "\(exclusion.text)")
    #expect(exclusion.rule == row.rule, "\(exclusion.text)")
    #expect(exclusion.text.contains(row.word), "\(exclusion.text)")
    #expect(!exclusion.text.isEmpty)
  }

  @Test("a host outside Nova with VMs on it: they are nobody's to move (E4)") func outsideNova() throws {
    var bench = Bench()
    bench.put(Bench.server("s1"))
    bench.host.computeHost = .notInNova
    let exclusion = try #require(bench.exclusion)
    #expect(exclusion.kind == .unknownVMs)
    #expect(exclusion.rule == "E4")
    bench.put()
    #expect(bench.change != nil)
  }

  @Test("every kind of exclusion is produced by some row") func everyKind() {
    let produced = Set(ExclusionRow.all.map(\.kind))
    for kind in ExclusionKind.allCases { #expect(produced.contains(kind), "no row gives \(kind.rawValue)") }
  }

  @Test("of two faults the earlier row of the table speaks", arguments: ExclusionRow.all.indices)
  func priority(first: Int) {
    let earlier = ExclusionRow.all[first]
    for later in ExclusionRow.all[(first + 1)...] where comparable(earlier, later) {
      var bench = Bench()
      later.fault(&bench)
      earlier.fault(&bench)
      let found = bench.exclusion
      #expect(
        found?.kind == earlier.kind && found?.rule == earlier.rule,
        "\(earlier.testDescription) before \(later.testDescription): \(found?.text ?? "not excluded")")
    }
  }

  /// Rows of one place in the table are alternatives, not an order.
  private func comparable(_ left: ExclusionRow, _ right: ExclusionRow) -> Bool {
    !(left.rule == right.rule && left.kind == right.kind) && left.kind != .serversBlocked
  }

  @Test("versions are always shown in both spellings where an image is missing") func spellings() throws {
    var bench = Bench()
    bench.options.target = .version(FirmwareVersion(1, 55, 49))
    #expect(try #require(bench.exclusion).text.contains("1.55.49 (hex 1.37.31)"))
  }

  @Test("the order of servers does not change which one is named first") func serverOrder() {
    var bench = Bench()
    bench.put(Bench.server("b", .unknown), Bench.server("a", .sev))
    let one = bench.exclusion
    bench.view.servers.reverse()
    #expect(bench.exclusion == one)
    #expect(one?.rule == "D2")
    #expect(one?.found == "a, b")
  }
}
