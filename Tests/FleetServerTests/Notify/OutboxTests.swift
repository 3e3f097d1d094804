import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore
import Foundation
import Synchronization
import Testing

/// Says what a test wants, and remembers what it was given.
private final class StubSender: NotifySender {
  typealias Answer = @Sendable (NotifyReceiver, [FleetCore.Notification]) throws -> Void

  let given = Mutex<[String: [Int64]]>([:])
  let answer: Mutex<Answer>

  init(_ answer: @escaping Answer = { _, _ in }) { self.answer = Mutex(answer) }

  func send(_ news: [FleetCore.Notification], to receiver: NotifyReceiver) async throws(NotifyFailure) -> [String] {
    do {
      try answer.withLock { $0 }(receiver, news)
    } catch {
      throw error as? NotifyFailure ?? NotifyFailure(.unreachable, "\(error)")
    }
    given.withLock { $0[receiver.id, default: []] += news.map(\.entry.seq) }
    return []
  }

  func seqs(_ receiver: NotifyReceiver) -> [Int64] { given.withLock { $0[receiver.id] ?? [] } }
}

/// Time that a test moves.
private final class StubClock: EngineClock {
  private let time = Atomic<Int64>(1_000_000)

  func now() -> Instant { Instant(milliseconds: time.load(ordering: .relaxed)) }
  func monotonic() -> Int64 { time.load(ordering: .relaxed) }
  func pass(_ duration: Duration) { time.add(duration.wholeMilliseconds, ordering: .relaxed) }

  func sleep(_ duration: Duration) async throws(CancellationError) {
    pass(duration)
    await Task.yield()
    if Task.isCancelled { throw CancellationError() }
  }
}

@Suite struct OutboxTests {
  private static let hook = NotifyReceiver.webhook(.init(url: "http://one.example/", secretFile: "/none"))
  private static let other = NotifyReceiver.webhook(.init(url: "http://other.example/", secretFile: "/none"))
  private static let mail = NotifyReceiver.mail(.init(host: "m", port: 25, from: "a@b", to: ["c@d"]))
  private static let start = Instant(milliseconds: 0)

  private static func outbox(
    _ store: FleetStore, _ sender: any NotifySender, _ clock: StubClock = StubClock(),
    settings: @escaping @Sendable () -> NotifySettings = { NotifySettings() }
  ) -> Outbox {
    Outbox(store: store, sender: sender, clock: clock, settings: settings, note: { _ in })
  }

  private static func store(_ receivers: [NotifyReceiver]) throws -> FleetStore {
    let store = try FleetStore.inMemory()
    try store.append(.rolloutFinished, rollout: "old", host: nil, at: start)
    try store.keepReceivers(receivers.map(\.id))
    return store
  }

  private static func finish(_ store: FleetStore, _ count: Int) throws {
    for number in 0..<count { try store.append(.rolloutFinished, rollout: "r-\(number)", host: nil, at: start) }
  }

  @Test func everyoneIsToldInOrderAndOnce() async throws {
    let store = try Self.store([Self.hook, Self.mail])
    let sender = StubSender()
    let outbox = Self.outbox(store, sender)
    try Self.finish(store, 3)
    try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Self.start)
    for receiver in [Self.hook, Self.mail] {
      var turns = 0
      while try await outbox.turn(receiver) { turns += 1 }
      #expect(sender.seqs(receiver) == [2, 3, 4], "what was there before is not told")
      #expect(turns == (receiver == Self.mail ? 1 : 3), "a mail holds what there is")
    }
    try Self.finish(store, 1)
    #expect(try await outbox.turn(Self.hook))
    #expect(try await !outbox.turn(Self.hook))
    #expect(sender.seqs(Self.hook) == [2, 3, 4, 6])
  }

  @Test func onlyTheClassesThatWereAskedForAreTold() async throws {
    let receiver = NotifyReceiver.webhook(.init(url: "http://h/", secretFile: "/s", events: [.halt, .drift]))
    let store = try Self.store([receiver])
    let host = HostID("h1")
    let events: [JournalEvent] = [
      .rolloutPaused(reason: "r"), .rolloutHalted(reason: "r"), .observed(RunFacts()), .observed(RunFacts()),
    ]
    for event in events { try store.append(event, rollout: nil, host: host, at: Self.start) }
    let sender = StubSender()
    let outbox = Self.outbox(store, sender)
    while try await outbox.turn(receiver) {}
    #expect(sender.seqs(receiver) == [3, 5], "a first look is no drift")
  }

  @Test func aQuarantineSaysWhy() async throws {
    let store = try Self.store([Self.hook])
    let host = HostID("h1")
    for event in [
      HostRun.Event.stepFailed(step: .verify, failure: Failure(.unhealthy, "SEV is off")), .quarantined,
    ] {
      try store.append(.run(event), rollout: "r-1", host: host, at: Self.start)
    }
    let texts = Mutex<[String?]>([])
    let sender = StubSender { _, news in texts.withLock { $0 += news.flatMap { [$0.text, $0.link] } } }
    let outbox = Self.outbox(store, sender, settings: { NotifySettings(linkBase: "https://s") })
    while try await outbox.turn(Self.hook) {}
    #expect(
      texts.withLock { $0 } == [
        "h1: quarantined: out of service until a person releases it (unhealthy: SEV is off)", "https://s/rollouts/r-1",
      ])
  }

  @Test func aFailureIsTriedAgainWithGrowingPauses() async throws {
    let store = try Self.store([Self.hook])
    let clock = StubClock()
    let tries = Mutex<[Int64]>([])
    let sender = StubSender { _, _ in
      let count = tries.withLock { tries in
        tries.append(clock.monotonic())
        return tries.count
      }
      if count < 15 { throw NotifyFailure(.unreachable, "gone") }
    }
    let outbox = Self.outbox(store, sender, clock)
    try Self.finish(store, 1)
    while sender.seqs(Self.hook).isEmpty {
      _ = try await outbox.turn(Self.hook)
      clock.pass(.seconds(1))
    }
    let pauses = tries.withLock { tries in zip(tries, tries.dropFirst()).map { $1 - $0 } }
    let expected = (0..<14).map { min(2000 << $0, 1_800_000) as Int64 }
    #expect(zip(pauses, expected).allSatisfy { ($0...$0 + 1000).contains($1) || ($1...$1 + 1000).contains($0) })
    #expect(try store.receiver(Self.hook.id)?.attempts == 0)
  }

  @Test func aDeadReceiverHoldsNobodyUpAndIsToldOfOnce() async throws {
    let store = try Self.store([Self.hook, Self.other])
    let clock = StubClock()
    let sender = StubSender { receiver, _ in
      if receiver == Self.hook { throw NotifyFailure(.refused, "it answered HTTP 401") }
    }
    let outbox = Self.outbox(store, sender, clock)
    func findings() throws -> [JournalEvent] {
      try store.entries(after: 0).map(\.event).filter { $0.kind == "finding" }
    }
    for round in 1...2 {
      try Self.finish(store, 20)
      while try await outbox.turn(Self.other) {}
      #expect(sender.seqs(Self.other).count == 20 * round)
      // A day, and some.
      for _ in 0..<200 {
        _ = try await outbox.turn(Self.hook)
        clock.pass(.seconds(900))
      }
      #expect(sender.seqs(Self.hook).isEmpty)
      let place = try #require(try store.receiver(Self.hook.id))
      #expect(place.isGivenUp)
      #expect(try findings().count == 1, "once, as long as nothing was sent")
    }
    guard case .finding(let kind, let text) = try findings().first else { return }
    #expect(kind == Outbox.findingKind && text.contains("webhook one.example") && text.contains("HTTP 401"), "\(text)")
    #expect(text.contains("entries 2 to 21"), "\(text)")
    // It is back: what comes now is told.
    sender.answer.withLock { $0 = { _, _ in } }
    try Self.finish(store, 1)
    while try await outbox.turn(Self.hook) {}
    #expect(sender.seqs(Self.hook) == [try store.lastSeq()])
    #expect(try store.receiver(Self.hook.id)?.isGivenUp == false)
  }

  @Test func aMessageThatIsRefusedIsLeftOutAlone() async throws {
    let store = try Self.store([Self.hook])
    let clock = StubClock()
    let sender = StubSender { _, news in
      if news.contains(where: { $0.entry.seq == 3 }) {
        throw NotifyFailure(.refused, "it answered HTTP 413", isOfMessage: true)
      }
    }
    let outbox = Self.outbox(store, sender, clock)
    try Self.finish(store, 3)
    for _ in 0..<100 {
      _ = try await outbox.turn(Self.hook)
      clock.pass(.seconds(60))
    }
    #expect(sender.seqs(Self.hook) == [2, 4])
    let last = try #require(try store.entries(after: 4).first?.event)
    #expect(last.sentence == "webhook one.example was not told of entry 3, 5 times: it answered HTTP 413")
  }

  @Test func aClockThatWasSetBackSilencesNobody() async throws {
    let store = try Self.store([Self.hook])
    let sender = StubSender()
    let outbox = Self.outbox(store, sender)
    try Self.finish(store, 1)
    try store.notTold(Self.hook.id, attempts: 1, retryAt: Instant(milliseconds: 1_000_000_000))
    #expect(try await outbox.turn(Self.hook))
  }

  @Test func whoeverTookOverTellsThem() async throws {
    let store = try Self.store([Self.hook])
    try store.takeFence(holder: "one", at: Self.start)
    let heir = store.sibling()
    try heir.takeFence(holder: "two", at: Self.start)
    try Self.finish(heir, 1)
    let sender = StubSender()
    let settings = NotifySettings(webhooks: [.init(url: "http://one.example/", secretFile: "/none")])
    let outbox = Self.outbox(store, sender, settings: { settings })
    await outbox.run()
    await #expect { try await outbox.turn(Self.hook) } throws: { ($0 as? StoreError)?.kind == .fenced }
    #expect(sender.seqs(Self.hook).isEmpty)
  }

  /// The loop itself: receivers come and go with the file, one that never answers keeps no other waiting.
  @Test func oneThatNeverAnswersKeepsNobodyWaiting() async throws {
    let store = try FleetStore.inMemory()
    let settings = NotifySettings(webhooks: [
      .init(url: "http://one.example/", secretFile: "/none"), .init(url: "http://other.example/", secretFile: "/none"),
    ])
    let sender = SilentSender(silent: Self.hook.id)
    let running = Task { await Self.outbox(store, sender, settings: { settings }).run() }
    while try store.receiver(Self.other.id) == nil { await Task.yield() }
    for number in 0..<5 {
      try store.append(.rolloutFinished, rollout: "r-\(number)", host: nil, at: Self.start)
      while try store.receiver(Self.other.id)?.seq != (try store.lastSeq()) { await Task.yield() }
    }
    running.cancel()
    await running.value
    #expect(try store.receiver(Self.hook.id) == ReceiverState(id: Self.hook.id, seq: 0), "leaving is no failure of it")
  }
}

private struct SilentSender: NotifySender {
  var silent: String

  func send(_ news: [FleetCore.Notification], to receiver: NotifyReceiver) async throws(NotifyFailure) -> [String] {
    guard receiver.id == silent else { return [] }
    do {
      try await Task.sleep(for: .seconds(3600))
    } catch {
      throw NotifyFailure(.unreachable, "cancelled")
    }
    return []
  }
}
