import FleetBrowser
import FleetPages
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
