import FleetBrowser
import FleetPages
import Synchronization
import Testing

extension BrowserTests {
  /// Everything can be reached and done without a mouse, and one always sees where one is.
  @Suite struct KeyboardTests {
    /// Makes the list of what can be reached, and a way to ask where the focus is in it.
    private static let prepare = """
      (() => {
        window.reachable = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary, [tabindex='0']")]
          .filter((element) => element.checkVisibility({ visibilityProperty: true }) || element.closest(".lazy"))
          .filter((element) => !element.closest("details:not([open])") || element.matches("details > summary"));
        window.focused = () => {
          const element = document.activeElement;
          const shown = element.closest(".chip") ?? element;
          const style = getComputedStyle(shown);
          const box = element.getBoundingClientRect();
          return {
            place: window.reachable.indexOf(element), name: element.outerHTML.slice(0, 120),
            ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
            isInView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
          };
        };
        return window.reachable.length;
      })()
      """

    @Test func everyPageCanBeWalked() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        for sample in SamplePage.allCases {
          try await page.open("\(PageSite.origin)/\(sample)")
          let count = try await page.evaluate(Self.prepare).int ?? 0
          #expect(count >= (sample.isFile ? 0 : 2), "\(sample)")
          // Where a field has the focus from the start, the walk goes round once: from the end it goes on at the start.
          for _ in 0..<count where try await page.evaluate("document.activeElement !== document.body").isTrue {
            try await page.press(.tab)
          }
          var visited: [Int] = []
          while visited.count < count {
            try await page.press(.tab)
            let focus = try await page.evaluate("window.focused()")
            #expect(focus["ring"].double ?? 0 >= 2, "\(sample): no ring on \(focus["name"])")
            #expect(focus["isInView"].isTrue, "\(sample): out of view: \(focus["name"])")
            let place = focus["place"].int ?? -1
            // A date has a stop for each of its parts.
            if place != visited.last { visited.append(place) }
            if place < 0 { break }
          }
          // In the order of the page, so that the walk is as one reads.
          #expect(visited == Array(0..<count), "\(sample)")
        }
      }
    }

    @Test func theSkipLinkLeadsToTheContent() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        try await page.open("\(PageSite.origin)/fleet")
        try await page.press(.tab)
        #expect(try await page.evaluate("document.activeElement.getBoundingClientRect().top >= 0").isTrue)
        try await page.press(.enter)
        try await page.wait(until: "document.activeElement.id === 'main'")
        try await page.press(.tab)
        #expect(try await page.evaluate("document.activeElement.closest('main') !== null").isTrue)
      }
    }

    @Test func theThemeIsKept() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        try await page.emulate(dark: false)
        try await page.open("\(PageSite.origin)/rollouts")
        let ground = "getComputedStyle(document.body).backgroundColor"
        let light = try await page.evaluate(ground)
        try await page.evaluate("document.getElementById('theme').focus()")
        try await page.press(.enter)
        let dark = try await page.evaluate(ground)
        #expect(light != dark)
        #expect(try await page.evaluate("document.getElementById('theme').textContent") == "Light theme")
        try await page.open("\(PageSite.origin)/audit")
        #expect(try await page.evaluate(ground) == dark)
        try await page.evaluate("document.getElementById('theme').focus()")
        try await page.press(.space)
        #expect(try await page.evaluate(ground) == light)
        // What was chosen wins over what the system prefers.
        try await page.emulate(dark: true)
        try await page.open("\(PageSite.origin)/audit")
        #expect(try await page.evaluate(ground) == light)
      }
    }

    @Test(arguments: [PageAbility.pause, .halt, .resume, .approve]) func actionsAreSentAsForms(_ ability: PageAbility)
      async throws
    {
      let posted = Mutex<BrowserRequest?>(nil)
      try await Browser.with { browser in
        let page = try await browser.page { request in
          if request.method == "POST" {
            posted.withLock { $0 = request }
            return .content(status: 303, headers: ["Location": "/rollout"], body: "")
          }
          return PageSite.sample(request)
        }
        try await page.open("\(PageSite.origin)/rollout")
        let opener = "document.querySelector('#act-\(ability.rawValue) > summary')"
        try await page.evaluate("\(opener).focus()")
        try await page.press(.enter)
        try await page.press(.escape)
        #expect(try await page.evaluate("!\(opener).parentElement.open && document.activeElement === \(opener)").isTrue)
        try await page.press(.enter)
        #expect(try await page.evaluate("\(opener).parentElement.open").isTrue)
        try await page.press(.tab)
        let asksReason = ability == .pause || ability == .halt
        if asksReason { try await page.type("disks are full & <b>") }
        if ability == .approve { try await page.type("4") }
        try await page.loaded { @Sendable () async throws(BrowserError) in try await page.press(.enter) }
        let request = try #require(posted.withLock { $0 })
        #expect(request.path == "/v1/rollouts/ro-7c1f20ab/\(ability.rawValue)")
        let reason = asksReason ? "&reason=disks+are+full+%26+%3Cb%3E" : ""
        let restarts = ability == .approve ? "&acceptRestarts=4" : ""
        #expect(request.body == "csrf=4f0c2a&back=%2Frollouts%2Fro-7c1f20ab\(reason)\(restarts)")
      }
    }

    /// A form that asks for a reason is not sent without one.
    @Test func aReasonIsWanted() async throws {
      let posts = Mutex(0)
      try await Browser.with { browser in
        let page = try await browser.page { request in
          if request.method == "POST" { posts.withLock { $0 += 1 } }
          return PageSite.sample(request)
        }
        try await page.open("\(PageSite.origin)/host")
        try await page.evaluate("document.querySelector('#act-release > summary').focus()")
        try await page.press(.enter)
        try await page.press(.tab)
        try await page.press(.enter)
        #expect(try await page.evaluate("document.querySelector('#act-release-reason').validity.valueMissing").isTrue)
        #expect(posts.withLock { $0 } == 0)
      }
    }
  }
}
