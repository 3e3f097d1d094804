import FleetCore
import Testing

@Suite("Waves: canaries of every combination first, then wider") struct WavePlanTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var sizes: [Amount]
    /// One letter for each host, in its turn: its combination.
    var combinations: String
    /// How many hosts each wave has.
    var waves: [Int]
  }

  static let rows: [Row] = [
    Row(testDescription: "one share of everything", sizes: [.percent(100)], combinations: "aaaa", waves: [4]),
    Row(testDescription: "nothing said", sizes: [], combinations: "aaaa", waves: [4]),
    Row(
      testDescription: "one, a tenth, the rest", sizes: [.number(1), .percent(10), .percent(100)],
      combinations: String(repeating: "a", count: 20), waves: [1, 2, 17]),
    Row(
      testDescription: "the last size is repeated", sizes: [.number(1), .number(3)],
      combinations: String(repeating: "a", count: 11), waves: [1, 3, 3, 3, 1]),
    Row(testDescription: "one of every combination", sizes: [.number(1)], combinations: "aabbc", waves: [3, 1, 1]),
    Row(
      testDescription: "a first wave with room to spare", sizes: [.number(4)], combinations: "aabbcc", waves: [4, 2]),
    Row(
      testDescription: "a share rounds down, never to none", sizes: [.percent(10)], combinations: "aaaaa",
      waves: [
        1, 1, 1, 1, 1,
      ]),
    Row(testDescription: "no host, no wave", sizes: [.number(1)], combinations: "", waves: []),
  ]

  @Test("sizes", arguments: rows) func sizes(row: Row) {
    let changes = row.combinations.enumerated().map { index, letter in
      RolloutSamples.change("h\(index)", wave: 99, combination: String(letter))
    }
    let assigned = WavePlan(sizes: row.sizes).assign(changes)
    #expect(assigned.map(\.host).sorted() == changes.map(\.host).sorted(), "every host once")
    #expect(assigned.map(\.wave) == assigned.map(\.wave).sorted())
    let counts = Dictionary(grouping: assigned, by: \.wave).sorted { $0.key < $1.key }.map(\.value.count)
    #expect(counts == row.waves)
    let first = Set(assigned.filter { $0.wave == 1 }.compactMap { $0.standing?.combination })
    #expect(first == Set(row.combinations.map(String.init)), "the first wave tries every combination")
  }

  @Test("the last host of a domain that can run SEV-ES is nobody's canary") func keeper() {
    let keeper = RolloutSamples.change("k", combination: "b", score: TurnOrder.lastKeeper)
    let assigned = WavePlan(sizes: [.number(1)]).assign([RolloutSamples.change("a", combination: "a"), keeper])
    #expect(assigned.map(\.wave) == [1, 2])
  }

  @Test("within a wave the turns stay") func turns() {
    let changes = "abab".enumerated().map { RolloutSamples.change("h\($0)", combination: String($1)) }
    #expect(
      WavePlan(sizes: [.number(1), .number(9)]).assign(changes).map(\.host.rawValue) == ["h0", "h1", "h2", "h3"])
  }
}
