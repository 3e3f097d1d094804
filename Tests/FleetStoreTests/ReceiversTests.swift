import FleetCore
import FleetStore
import Testing

@Suite("How far receivers of notifications have been told") struct ReceiversTests {
  private func opened() throws -> (TemporaryFolder, FleetStore) {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    for number in 1...3 {
      try store.append(.finding(kind: "note", text: "\(number)"), rollout: nil, host: nil, at: Samples.time(number))
    }
    return (folder, store)
  }

  @Test func aNewOneIsToldFromNowOn() throws {
    let (folder, store) = try opened()
    try store.keepReceivers(["a"])
    #expect(try store.receiver("a") == ReceiverState(id: "a", seq: 3))
    #expect(try store.receiver("b") == nil)
    try store.append(.rolloutResumed, rollout: "r", host: nil, at: Samples.start)
    try store.keepReceivers(["a", "b"])
    #expect(try store.receiver("a")?.seq == 3, "it keeps its place")
    #expect(try store.receiver("b")?.seq == 4)
    try store.keepReceivers(["b"])
    #expect(try store.receiver("a") == nil)
    try store.keepReceivers(["a", "b"])
    #expect(try store.receiver("a")?.seq == 4, "it was away")
    try store.close()
    #expect(try folder.open().receiver("b")?.seq == 4)
  }

  @Test func aPlaceMovesOnlyForward() throws {
    let (folder, store) = try opened()
    defer { withExtendedLifetime(folder) {} }
    try store.keepReceivers(["a", "b"])
    try store.notTold("a", attempts: 4, retryAt: Samples.time(60))
    #expect(try store.receiver("a") == ReceiverState(id: "a", seq: 3, attempts: 4, retryAt: Samples.time(60)))
    try store.told("a", upTo: 9)
    #expect(try store.receiver("a") == ReceiverState(id: "a", seq: 9))
    try store.told("a", upTo: 2)
    try store.passedOver("a", upTo: 5)
    #expect(try store.receiver("a")?.seq == 9)
    try store.notTold("a", attempts: 1, retryAt: Samples.time(1))
    try store.passedOver("a", upTo: 12)
    #expect(
      try store.receiver("a") == ReceiverState(id: "a", seq: 12, attempts: 1, retryAt: Samples.time(1)),
      "what is passed over was not sent")
    #expect(try store.receiver("b")?.seq == 3, "each for itself")
  }

  @Test func givingUpIsToldOnce() throws {
    let (folder, store) = try opened()
    defer { withExtendedLifetime(folder) {} }
    try store.keepReceivers(["a"])
    func findings() throws -> Int { try store.entries(after: 3).count }
    func giveUp(_ seq: Int64) throws {
      try store.giveUp("a", upTo: seq, finding: .finding(kind: "notToldOf", text: "gone"), at: Samples.start)
    }
    try giveUp(5)
    #expect(try store.receiver("a") == ReceiverState(id: "a", seq: 5, isGivenUp: true))
    try giveUp(7)
    #expect(try findings() == 1)
    try store.told("a", upTo: 8)
    try giveUp(9)
    #expect(try findings() == 2, "it was well in between")
    try store.giveUp("none", upTo: 9, finding: .finding(kind: "notToldOf", text: "gone"), at: Samples.start)
    #expect(try findings() == 2)
  }

  @Test func onlyTheControllerMovesIt() throws {
    let (folder, store) = try opened()
    try store.keepReceivers(["a"])
    try store.takeFence(holder: "one", at: Samples.start)
    let other = try folder.open()
    try other.takeFence(holder: "two", at: Samples.start)
    for act in [
      { try store.keepReceivers([]) }, { try store.told("a", upTo: 9) }, { try store.passedOver("a", upTo: 9) },
      { try store.notTold("a", attempts: 1, retryAt: Samples.start) },
      { try store.giveUp("a", upTo: 9, finding: .rolloutResumed, at: Samples.start) },
    ] as [() throws -> Void] {
      #expect { try act() } throws: { ($0 as? StoreError)?.kind == .fenced }
    }
    #expect(try other.receiver("a") == ReceiverState(id: "a", seq: 3))
  }

  @Test func whatWasKnownBeforeIsFound() throws {
    let (folder, store) = try opened()
    defer { withExtendedLifetime(folder) {} }
    let host = Samples.host(1)
    let first = try store.append(.observed(RunFacts()), rollout: nil, host: host, at: Samples.start)
    let second = try store.append(.observed(RunFacts()), rollout: nil, host: host, at: Samples.start)
    #expect(try !store.knew(host, before: first.seq))
    #expect(try store.knew(host, before: second.seq))
    #expect(try !store.knew(Samples.host(2), before: second.seq))
  }
}
