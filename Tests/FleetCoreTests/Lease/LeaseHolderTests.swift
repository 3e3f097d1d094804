import FleetCore
import Testing

@Suite("K: who holds a host") struct LeaseHolderTests {
  /// A line whose controller's id is one digit, repeated.
  static func line(_ digit: Character, _ rollout: String = "r1", _ hostName: String = "ctl1") -> String {
    "\(String(repeating: digit, count: 32)),\(rollout),\(hostName)"
  }

  @Test func aLineIsReadAsItIsWritten() {
    for (rollout, name) in [("r1", "ctl1"), ("r20261126-211600-ab12", "ctl.example.org"), ("adopted", "a-b.c")] {
      let holder = LeaseHolder(line: Self.line("c", rollout, name))
      #expect(holder?.rollout == rollout && holder?.hostName == name)
      #expect(holder?.line == Self.line("c", rollout, name))
    }
  }

  @Test func whatNoControllerWroteIsNoHolder() {
    let good = Self.line("a")
    let bad = [
      "", "a", ",,", good + ",", good + " ", good + "\n", String(good.dropFirst()), "a" + good, Self.line("g"),
      Self.line("A"), Self.line("a", ""), Self.line("a", "r1", ""), Self.line("a", "-r"), Self.line("a", "r1", ".x"),
      Self.line("a", "r_1"), Self.line("a", "r1", "a/b"), Self.line("a", "r1", "a b"), Self.line("a", "r1", "ä"),
      Self.line("a", String(repeating: "r", count: LeaseHolder.maxPart + 1)),
    ]
    for line in bad { #expect(LeaseHolder(line: line) == nil, "\(line)") }
    #expect(LeaseHolder(line: good) != nil)
  }

  /// Whatever a machine is called, the line that is made of it can be read again.
  @Test func everyHostNameMakesALine() {
    let names = ["ctl1", "ctl 1", "", "...", "-", "ä", "a_b", "x,y", String(repeating: "n", count: 300), "rack/3"]
    for name in names {
      let holder = ControllerIdentity(id: String(repeating: "0", count: 32), hostName: name).holder(rollout: "r1")
      #expect(LeaseHolder(line: holder.line) == holder, "\(name): \(holder.line)")
    }
  }

  @Test func aLeaseIsHeldByItsControllerAlone() {
    let lease = HostLease(line: Self.line("a"), since: Instant(milliseconds: 1_795_000_000_000))
    let own = String(repeating: "a", count: 32)
    #expect(lease.isHeld(by: own))
    #expect(!lease.isHeld(by: String(repeating: "b", count: 32)))
    #expect(!lease.isHeld(by: nil), "who does not know its own id holds nothing")
    #expect(!HostLease(line: "").isHeld(by: own) && !HostLease(line: own).isHeld(by: own))
    #expect(lease.text == "rollout r1, controller aaaaaaaa on ctl1, since 2026-11-18T11:06:40Z by the host's clock")
  }

  @Test("the decision: a lease of this controller excludes nothing") func ownLease() throws {
    var bench = Bench()
    bench.observation.lease = HostLease(line: "\(Bench.controller),r1,ctl1")
    #expect(bench.change != nil, "\(bench.decide())")
    bench.observation.lease = HostLease(line: Self.line("b"))
    let exclusion = try #require(bench.exclusion)
    #expect(exclusion.expected == HostLease.expected)
    #expect(exclusion.found?.contains("bbbbbbbb on ctl1") == true, "\(exclusion.found ?? "")")
  }
}
