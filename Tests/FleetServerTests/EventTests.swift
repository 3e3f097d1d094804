import FleetCore
import FleetServer
import FleetStore
import Foundation
import Synchronization
import Testing

/// The journal as a stream: nothing is lost and nothing comes twice, whoever reads from wherever.
@Suite struct EventTests {
  private static func events(_ bench: Bench, _ query: String = "", from last: Int64? = nil) async throws -> EventSource
  {
    try await EventSource(
      bench.web, bench.server.url + "/v1/events" + query, token: bench.secrets[.viewer] ?? "", lastEventID: last)
  }

  @Test func aReaderComesBackBehindEveryEntry() async throws {
    let count = 40
    try await Bench.run { bench in
      try bench.write(count)
      for seq in 0...count {
        var after = try await Self.events(bench, "?after=\(seq)")
        #expect(try await after.ids(count - seq) == Array(Int64(seq + 1)..<Int64(count + 1)))
        // The header counts more: a browser comes back with the address that it began with.
        var back = try await Self.events(bench, "?after=0", from: Int64(seq))
        #expect(try await back.ids(count - seq) == Array(Int64(seq + 1)..<Int64(count + 1)))
      }
    }
  }

  @Test func withoutAPlaceItBeginsNow() async throws {
    try await Bench.run { bench in
      try bench.write(5)
      var events = try await Self.events(bench)
      try bench.write(1)
      #expect(try await events.ids(1) == [6])
    }
  }

  /// A reader that lost its connection before anything happened comes back to the right place.
  @Test func aReaderIsToldWhereItStands() async throws {
    try await Bench.run { bench in
      try bench.write(5)
      var events = try await Self.events(bench)
      try bench.write(1)
      _ = try await events.ids(1)
      var fresh = try await Self.events(bench, from: 6)
      try bench.write(1)
      _ = try await fresh.ids(1)
      #expect(fresh.lastID == 7)
    }
  }

  @Test func itIsTheEventOfTheJournal() async throws {
    try await Bench.run { bench in
      try bench.store.append(
        .finding(kind: "odd", text: "two\nlines: \u{2028} \"quoted\""), rollout: nil, host: HostID("h1"),
        at: Bench.start)
      var events = try await Self.events(bench, "?after=0")
      let event = try #require(try await events.next())
      #expect(event.kind == "finding")
      let data = try #require(
        try JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: Any])
      let page = try await bench.ask("GET", "/v1/audit")
      let first = try #require((page.json["events"] as? [[String: Any]])?.first)
      #expect(NSDictionary(dictionary: data) == NSDictionary(dictionary: first))
      #expect(data["text"] as? String == "two\nlines: \u{2028} \"quoted\"")
    }
  }

  /// Entries are written all the while that readers replay and go over to what is new.
  @Test func nothingIsLostBetweenThePastAndThePresent() async throws {
    let (before, meanwhile, readers) = (600, 900, 12)
    try await Bench.run { bench in
      try bench.write(before)
      try await withThrowingTaskGroup { group in
        for reader in 0..<readers {
          group.addTask {
            let start = Int64(reader * before / readers)
            var events = try await Self.events(bench, "?after=\(start)")
            let ids = try await events.ids(before + meanwhile - Int(start))
            #expect(ids == Array(start + 1..<Int64(before + meanwhile + 1)))
          }
        }
        group.addTask {
          for _ in 0..<meanwhile / 3 {
            try bench.write(3)
            await Task.yield()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func twoHundredReadersAtOnce() async throws {
    let (readers, entries) = (200, 50)
    try await Bench.run { bench in
      try bench.write(10)
      try await withThrowingTaskGroup { group in
        for _ in 0..<readers {
          group.addTask {
            var events = try await Self.events(bench, "?after=0")
            #expect(try await events.ids(10 + entries) == Array(1...Int64(10 + entries)))
          }
        }
        group.addTask { for _ in 0..<entries { try bench.write(1) } }
        try await group.waitForAll()
      }
    }
  }

  @Test func thereIsAnEndToReaders() async throws {
    try await Bench.run { bench in
      var open: [EventSource] = []
      for _ in 0..<EventFeed.maxReaders { open.append(try await Self.events(bench)) }
      let more = try await bench.ask("GET", "/v1/events")
      #expect(more.status == 503)
      #expect(more.string("kind") == "tooManyReaders")
      #expect(more.header("retry-after") != nil)
      #expect(try await bench.ask("GET", "/v1/hosts").status == 200, "others are answered all the same")
    }
  }

  @Test func aPlaceThatIsNoneIsRefused() async throws {
    try await Bench.run { bench in
      try bench.write(3)
      for (query, header, kind) in [
        ("?after=4", nil, "aheadOfJournal"), ("?after=-1", nil, "badField"), ("?after=x", nil, "badField"),
        ("", "4", "aheadOfJournal"), ("", "x", "badEventID"), ("", "-1", "badEventID"),
        ("?other=1", nil, "unknownField"),
      ] {
        let reply = try await bench.ask(
          "GET", "/v1/events" + query, headers: header.map { ["last-event-id": $0] } ?? [:])
        #expect(reply.status == 400, "\(query) \(header ?? "")")
        #expect(reply.string("kind") == kind, "\(query) \(header ?? ""): \(reply.text)")
      }
    }
  }

  @Test func theServerEndsItsStreams() async throws {
    var events: EventSource?
    try await Bench.run { bench in
      try bench.write(1)
      var opened = try await Self.events(bench, "?after=0")
      #expect(try await opened.ids(1) == [1])
      await bench.server.stop()
      #expect(try await opened.next() == nil)
      events = opened
    }
    #expect(events != nil)
  }

  /// As a daemon that is restarted: another server over the same state folder, and a reader that comes back.
  @Test func aRestartLosesNoEvent() async throws {
    try await Bench.run { bench in
      try bench.write(5)
      var before = try await Self.events(bench, "?after=0")
      #expect(try await before.ids(5) == [1, 2, 3, 4, 5])
      await bench.server.stop()
      try bench.write(4)
      let configuration = try ServerConfiguration(address: ListenAddress("127.0.0.1:0"))
      let again = try await FleetServer.start(configuration, source: bench.source, tokens: bench.tokens)
      var after = try await EventSource(
        bench.web, again.url + "/v1/events", token: bench.secrets[.viewer] ?? "", lastEventID: before.lastID)
      try bench.write(1)
      #expect(try await after.ids(5) == [6, 7, 8, 9, 10])
      await again.stop()
    }
  }

  // MARK: The feed alone

  private static func frames(_ step: EventFeed.Step) -> [Int64]? {
    if case .frames(let frames) = step { frames.map(\.seq) } else { nil }
  }

  /// A reader far behind reads the store itself, and joins the others without a gap.
  @Test func aReaderThatIsBehindReadsTheStore() async throws {
    let store = try FleetStore.inMemory()
    func write(_ count: Int) throws {
      try store.append(
        (0..<count).map { (event: .finding(kind: "note", text: "\($0)"), host: nil) }, rollout: nil, at: Bench.start)
    }
    let feed = EventFeed(store)
    try write(10)
    let reader = try feed.open(after: 0)
    try write(EventFeed.kept + 100)
    feed.look()
    feed.look()
    var seq = reader.start
    var behind = 0
    while seq < Int64(EventFeed.kept + 110) {
      switch await reader.next(after: seq) {
      case .frames(let frames):
        #expect(frames.first?.seq == seq + 1)
        seq = frames.last?.seq ?? seq
      case .behind:
        behind += 1
        let frames = try reader.stored(after: seq)
        #expect(frames.first?.seq == seq + 1)
        seq = frames.last?.seq ?? seq
      case .quiet, .closed: Issue.record("there is more")
      }
    }
    #expect(behind > 0)
  }

  /// Who does not take what it was given is let go, and nobody else is.
  @Test func aReaderThatIsStuckIsLetGo() async throws {
    let store = try FleetStore.inMemory()
    let feed = EventFeed(store)
    let hungUp = Mutex<[String]>([])
    let stuck = try feed.open(after: 0) { hungUp.withLock { $0.append("stuck") } }
    let waiting = try feed.open(after: 0) { hungUp.withLock { $0.append("waiting") } }
    try store.append(.finding(kind: "note", text: "one"), rollout: nil, host: nil, at: Bench.start)
    feed.look()
    #expect(Self.frames(await stuck.next(after: 0)) == [1])
    #expect(Self.frames(await waiting.next(after: 0)) == [1])
    async let step = waiting.next(after: 1)
    // Until it waits, the beat would not find it.
    while feed.waitingCount == 0 { await Task.yield() }
    let now = ContinuousClock.now
    feed.beat(at: now)
    guard case .quiet = await step else {
      Issue.record("whoever waits is told that nothing happened")
      return
    }
    #expect(hungUp.withLock { $0 }.isEmpty)
    async let next = waiting.next(after: 1)
    while feed.waitingCount == 0 { await Task.yield() }
    feed.beat(at: now + EventFeed.patience + .seconds(1))
    #expect(hungUp.withLock { $0 } == ["stuck"])
    guard case .closed = await stuck.next(after: 1) else {
      Issue.record("its stream goes on")
      return
    }
    feed.close(nil)
    _ = await next
  }

  /// A stream ends soon after its reader may not read any more.
  @Test func aRevokedTokenEndsItsStreams() async throws {
    try await Bench.run { bench in
      try bench.write(1)
      var revoked = try await Self.events(bench, "?after=0")
      #expect(try await revoked.ids(1) == [1])
      var other = try await EventSource(
        bench.web, bench.server.url + "/v1/events?after=0", token: try #require(bench.secrets[.operator]))
      #expect(try await other.ids(1) == [1])
      try bench.tokens.revoke("the-viewer")
      while bench.server.feed.waitingCount < 2 { await Task.yield() }
      bench.server.feed.beat()
      #expect(try await revoked.next() == nil)
      try bench.write(1)
      #expect(try await other.ids(1) == [2])
    }
  }

  /// Whatever was written while nobody read: every reader has it all, from wherever.
  @Test func nobodyMissesWhatWasWrittenMeanwhile() async throws {
    for meanwhile in [0, 1, EventFeed.kept, EventFeed.kept + 1, 2 * EventFeed.kept + 7] {
      let store = try FleetStore.inMemory()
      func write(_ count: Int) throws {
        try store.append(
          (0..<count).map { (event: .finding(kind: "note", text: "\($0)"), host: nil) }, rollout: nil, at: Bench.start)
      }
      let feed = EventFeed(store)
      try write(3)
      _ = try feed.open(after: nil)
      try write(meanwhile)
      let last = Int64(3 + meanwhile)
      for start in [0, 2, 3, last / 2, max(0, last - 1)] {
        let reader = try feed.open(after: start)
        feed.look()
        var seq = start
        while seq < last {
          let step = await reader.next(after: seq)
          let frames: [EventFrame]
          switch step {
          case .frames(let recent): frames = recent
          case .behind: frames = try reader.stored(after: seq)
          case .quiet, .closed: frames = []
          }
          try #require(frames.first?.seq == seq + 1, "\(meanwhile), from \(start), behind \(seq)")
          seq = try #require(frames.last?.seq)
        }
      }
    }
  }

  @Test func aReaderThatLeavesMakesRoom() throws {
    let feed = EventFeed(try FleetStore.inMemory())
    for _ in 0..<EventFeed.maxReaders * 3 { _ = try feed.open(after: nil) }
    #expect(feed.readerCount == 0)
  }

  @Test func whoeverWaitsIsToldTheEnd() async throws {
    let feed = EventFeed(try FleetStore.inMemory())
    let reader = try feed.open(after: nil)
    async let step = reader.next(after: 0)
    feed.close(nil)
    guard case .closed(nil) = await step else {
      Issue.record("it is not told")
      return
    }
    #expect(throws: APIProblem.self) { try feed.open(after: nil) }
  }

  @Test func whoeverIsCancelledWaitsNoMore() async throws {
    let feed = EventFeed(try FleetStore.inMemory())
    let reader = try feed.open(after: nil)
    let waiting = Task { await reader.next(after: 0) }
    waiting.cancel()
    guard case .closed = await waiting.value else {
      Issue.record("it goes on")
      return
    }
  }
}
