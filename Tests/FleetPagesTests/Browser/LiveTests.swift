import FleetBrowser
import FleetPages
import Synchronization
import Testing

extension BrowserTests {
  /// A rollout followed in the page: news come in by themselves, nothing is lost when the server goes away, and nobody is
  /// disturbed while they read or type.
  @Suite struct LiveTests {
    /// A server whose events are given out one answer at a time, as the test says.
    private actor Site {
      private var waiting: [CheckedContinuation<BrowserAnswer, Never>] = []
      private var ready: [BrowserAnswer] = []
      private var arrivals: [CheckedContinuation<BrowserRequest, Never>] = []
      private var requests: [BrowserRequest] = []
      var model = PageSamples().rollout()

      func answer(_ request: BrowserRequest) async -> BrowserAnswer {
        if let asset = PageSite.asset(request) { return asset }
        let context = PageSamples().context()
        if request.path == PageLinks.events.text { return await events(request) }
        return request.query == "fragment=1"
          ? PageSite.page(RolloutPage.fragment(model, context)) : PageSite.page(RolloutPage.render(model, context))
      }

      private func events(_ request: BrowserRequest) async -> BrowserAnswer {
        if arrivals.isEmpty { requests.append(request) } else { arrivals.removeFirst().resume(returning: request) }
        if !ready.isEmpty { return ready.removeFirst() }
        return await withCheckedContinuation { waiting.append($0) }
      }

      /// The next request for events.
      func request() async -> BrowserRequest {
        if !requests.isEmpty { return requests.removeFirst() }
        return await withCheckedContinuation { arrivals.append($0) }
      }

      func give(_ answer: BrowserAnswer) {
        if waiting.isEmpty { ready.append(answer) } else { waiting.removeFirst().resume(returning: answer) }
      }

      func change(_ change: @Sendable (inout RolloutPage.Model) -> Void) { change(&model) }

      func end() { for waiter in waiting { waiter.resume(returning: .refused) } }
    }

    private static func event(_ id: Int, rollout: String = "ro-7c1f20ab") -> (id: Int, data: String) {
      (
        id,
        BrowserValue.object([
          "seq": .number(Double(id)), "rollout": .string(rollout), "host": "sev-0003", "text": "drain done",
        ]).json
      )
    }

    /// Keeps all that the line of state ever said: some of it stands for a moment only.
    private static let listen = """
      window.said = [];
      new MutationObserver(() => said.push(document.getElementById("live-status").textContent))
        .observe(document.getElementById("live-status"), { childList: true, characterData: true, subtree: true });
      """

    @Test func aRolloutIsFollowed() async throws {
      try await Browser.with { browser in
        let site = Site()
        let page = try await browser.page { await site.answer($0) }
        try await page.open("\(PageSite.origin)/rollouts/ro-7c1f20ab")
        #expect(await site.request().headers["last-event-id"] == "4711")
        try await page.evaluate(Self.listen)
        // Somebody has opened a form and types.
        try await page.evaluate("document.querySelector('#act-pause > summary').focus()")
        try await page.press(.enter)
        try await page.press(.tab)
        try await page.type("the disks")
        try await page.evaluate(
          "window.field = document.activeElement; window.wave = document.getElementById('wave-3'); wave.open = true")

        await site.change { $0.waves[1].hosts[1].text = "stage under way" }
        await site.give(PageSite.events([Self.event(4712)]))
        try await page.wait(until: "document.getElementById('live').textContent.includes('stage under way')")
        #expect(try await page.evaluate("document.getElementById('live-news').textContent") == "sev-0003: drain done")
        #expect(try await page.evaluate("document.activeElement === field && field.value === 'the disks'").isTrue)
        #expect(try await page.evaluate("document.getElementById('wave-3') === wave && wave.open").isTrue)

        // The answer ended with that event: the page says so, and goes on behind it.
        try await page.wait(until: "said.some((text) => text.startsWith('Connection lost'))")
        #expect(await site.request().headers["last-event-id"] == "4712")
        await site.change {
          $0.standing = .finished; $0.actions = []; $0.waves[2].isCurrent = true; $0.waves[1].isCurrent = false
        }
        await site.give(PageSite.events([]))
        try await page.wait(until: "said.some((text) => text.startsWith('Live again'))")
        // What happened meanwhile is shown without an event of its own.
        try await page.wait(until: "document.querySelector('#live h1 + .badge').textContent === 'finished'")
        #expect(try await page.evaluate("document.querySelector('.action') === null").isTrue)
        // The field is gone with its form: the focus is in the content, not lost.
        #expect(try await page.evaluate("document.activeElement.id") == "main")
        #expect(try await page.evaluate("!document.getElementById('wave-2').open && wave.open").isTrue)
        await site.end()
      }
    }

    @Test func theServerIsAwayForAWhile() async throws {
      try await Browser.with { browser in
        let site = Site()
        let page = try await browser.page { await site.answer($0) }
        try await page.open("\(PageSite.origin)/rollouts/ro-7c1f20ab")
        _ = await site.request()
        await site.give(PageSite.events([Self.event(4712), Self.event(4713)]))
        for answer in [BrowserAnswer.refused, .content(status: 503, headers: [:], body: "")] {
          #expect(await site.request().headers["last-event-id"] == "4713")
          await site.give(answer)
          try await page.wait(until: "document.getElementById('live-status').classList.contains('t-warn')")
        }
        #expect(await site.request().headers["last-event-id"] == "4713")
        await site.give(PageSite.events([Self.event(4714)]))
        #expect(await site.request().headers["last-event-id"] == "4714")
        await site.give(.content(status: 401, headers: [:], body: ""))
        try await page.wait(until: "document.getElementById('live-status').textContent.startsWith('Signed out')")
      }
    }

    /// The server says where the page stands also where nothing happened.
    @Test func aPlaceWithoutAnEvent() async throws {
      try await Browser.with { browser in
        let site = Site()
        let page = try await browser.page { await site.answer($0) }
        try await page.open("\(PageSite.origin)/rollouts/ro-7c1f20ab")
        _ = await site.request()
        let place = "retry: 1000\nid: 4800\n\n: still here\n\nevent: problem\ndata: {}\n\n"
        await site.give(.content(status: 200, headers: ["Content-Type": "text/event-stream"], body: place))
        #expect(await site.request().headers["last-event-id"] == "4800")
        await site.end()
      }
    }

    /// Over a real connection that stays open: events come in pieces, cut anywhere, and each is shown while it lasts.
    @Test func eventsInPieces() async throws {
      let text = Mutex("under way")
      let server = try StreamServer { path in
        if let asset = PageAsset.all.first(where: { $0.link.text == path }) { return (asset.contentType, asset.body) }
        var model = PageSamples().rollout()
        model.waves[1].hosts[1].text = text.withLock { $0 }
        let context = PageSamples().context()
        let isFragment = path.hasSuffix("fragment=1")
        let body = isFragment ? RolloutPage.fragment(model, context) : RolloutPage.render(model, context)
        return ("text/html; charset=utf-8", body)
      }
      defer { server.end() }
      try await Browser.with { browser in
        let page = try await browser.page()
        try await page.open("http://127.0.0.1:\(server.port)/rollouts/ro-7c1f20ab")
        let stream = await server.stream()
        try await page.wait(until: "document.getElementById('live-status').textContent === 'Live'")
        for (id, size) in [(4712, 1), (4713, 7), (4714, 1000)] {
          text.withLock { $0 = "text of \(id) is ä" }
          let event = Self.event(id)
          var rest = Substring(
            "id: \(event.id)\r\nevent: effectObserved\r\ndata: \(event.data)\r\n\r\n: still here\n\n")
          while !rest.isEmpty {
            server.send(String(rest.prefix(size)), on: stream)
            rest = rest.dropFirst(size)
          }
          try await page.wait(until: "document.getElementById('live').textContent.includes('text of \(id) is ä')")
        }
        server.cut(stream)
        let second = await server.stream()
        #expect(server.heads.map { $0.contains("last-event-id: 4714\r\n") } == [false, true])
        server.cut(second)
        #expect(await page.faults.filter { !$0.contains("favicon") && !$0.contains("ERR_") } == [])
      }
    }

    /// Events of other rollouts are passed over, but counted as seen.
    @Test func othersDoNotDisturb() async throws {
      try await Browser.with { browser in
        let site = Site()
        let page = try await browser.page { await site.answer($0) }
        try await page.open("\(PageSite.origin)/rollouts/ro-7c1f20ab")
        _ = await site.request()
        await site.change { $0.waves[1].hosts[1].text = "not to be asked for" }
        await site.give(PageSite.events([Self.event(4712, rollout: "ro-other")]))
        #expect(await site.request().headers["last-event-id"] == "4712")
        #expect(
          try await page.evaluate("document.getElementById('live').textContent.includes('not to be asked for')")
            == false)
        await site.end()
      }
    }
  }
}
