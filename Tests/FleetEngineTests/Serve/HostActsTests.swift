import FleetCore
import FleetEngine
import FleetStore
import Synchronization
import Testing

/// What `serve` does to one host because another process asks for it.
@Suite("K: hosts that are released and taken over while serve holds the lock") struct HostActsTests {
  private static let host = HostID("h1")
  private static let lease = HostLease(
    line: ControllerIdentity(id: String(repeating: "b", count: 32), hostName: "ctl2").holder(rollout: "r9").line)
  private static let verbs = [ControlRequest.Verb.release, .adopt]

  private static func request(_ verb: ControlRequest.Verb, _ host: HostID = host) -> ControlRequest {
    ControlRequest(verb, by: "ada\n", reason: "ctl2 burnt\u{1B}", host: host)
  }

  /// What the acts were called with.
  private final class Calls: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }
    func add(_ words: String...) { kept.withLock { $0.append(words.joined(separator: "|")) } }
  }

  private static func bench(_ calls: Calls) async throws -> ServeBench {
    try await ServeBench(
      release: { host, reason, person in
        calls.add("release", host.rawValue, reason, person)
        return "its compute service is enabled"
      },
      adopt: { host, reason, person in
        calls.add("adopt", host.rawValue, reason, person)
        return lease
      })
  }

  @Test("each is done once, under the name of who asks, and the answer tells what became of it")
  func done() async throws {
    for verb in Self.verbs {
      let calls = Calls()
      let answer = await (try Self.bench(calls)).desk.answer(Self.request(verb))
      #expect(answer.outcome == .done, "\(answer)")
      #expect(calls.all == ["\(verb.rawValue)|h1|ctl2 burnt |ada "])
      #expect(answer.lease == (verb == .adopt ? Self.lease : nil))
      if verb == .adopt { #expect(answer.text == "its lease is taken over from \(Self.lease.text)") }
    }
  }

  @Test("what is refused is told as it was refused, and can be asked for again") func refused() async throws {
    let refusal = ServeRefusal("notLeased", "h1 bears no lease", expected: "a lease", found: "no lease")
    let bench = try await ServeBench(release: { _, _, _ in throw refusal }, adopt: { _, _, _ in throw refusal })
    for verb in Self.verbs + Self.verbs {
      let answer = await bench.desk.answer(Self.request(verb))
      #expect(answer.outcome == .refused && answer.kind == refusal.kind && answer.text == refusal.text, "\(answer)")
      #expect(answer.expected == refusal.expected && answer.found == refusal.found && answer.lease == nil)
    }
  }

  @Test("of two requests for a host at once one is done, whatever they ask for") func atOnce() async throws {
    for first in Self.verbs {
      for second in Self.verbs {
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let bench = try await ServeBench(
          release: { host, _, _ in
            guard host == Self.host else { return "" }
            enter.yield()
            for await _ in gate { break }
            return "its compute service is enabled"
          },
          adopt: { host, _, _ in
            guard host == Self.host else { return Self.lease }
            enter.yield()
            for await _ in gate { break }
            return Self.lease
          })
        async let answer = bench.desk.answer(Self.request(first))
        for await _ in entered { break }
        await bench.desk.leave()
        #expect(await bench.desk.hasLeft == false, "it is waited for")
        #expect(await bench.desk.answer(Self.request(second)).kind == "busy", "\(first), \(second)")
        #expect(await bench.desk.answer(Self.request(second, HostID("h2"))).outcome == .done)
        open.yield()
        #expect(await answer.outcome == .done)
        #expect(await bench.desk.hasLeft)
      }
    }
  }

  @Test("a host that a rollout in hand has begun is not taken over under it") func inHand() async throws {
    let calls = Calls()
    let bench = try await Self.bench(calls)
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) })
    let plan = try bench.plan(["h1", "h2"])
    #expect(await bench.ask(.run, "r-one", plan: plan.id).outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-one")
    try bench.begin("r-one", "h1")
    let refused = await bench.desk.answer(Self.request(.adopt))
    #expect(refused.kind == "otherMaintenance" && refused.found == "r-one", "\(refused)")
    #expect(calls.all.isEmpty)
    #expect(await bench.desk.answer(Self.request(.adopt, HostID("h2"))).outcome == .done, "it has not begun that one")
    try bench.write(.rolloutPaused(reason: "by ada"), "r-one")
    await bench.desk.ended("r-one")
    #expect(await bench.desk.answer(Self.request(.adopt)).outcome == .done)
  }

  @Test("a command that holds the lock takes no such work") func otherHolder() async throws {
    let bench = try await ServeBench()
    for verb in Self.verbs { #expect(bench.desk.control.answer(Self.request(verb)).kind == "locked") }
  }
}
