import FleetBrowser
import FleetPages
import Foundation
import Testing

extension BrowserTests {
  /// 2,000 hosts, filtered in the page at once and by the server where no script runs.
  @Suite struct FilterTests {
    private static let hosts = 2000
    /// The figure that was asked for.
    private static let longest = 200.0

    private static let queries = ["", "sev-0", "1.55.31", "az2/rack3", "SEV-1999", "no such host", "drain"]
    private static let standings: [Set<HostStanding>] = [[], [.behind], [.quarantined, .unknown], [.compliant]]

    private static func names(_ filter: FleetFilter) -> [String] {
      PageSamples().fleet(hosts: hosts).domains.flatMap { domain in
        domain.tiles.filter { filter.takes($0, in: domain.name) }.map(\.host)
      }
    }

    @Test func atOnceInThePage() async throws {
      try await Browser.with { browser in
        let page = try await browser.page { request in
          PageSite.asset(request) ?? (request.path == "/" ? PageSite.page(Self.fleet()) : PageSite.events([]))
        }
        try await page.open("\(PageSite.origin)/")
        for standings in Self.standings {
          for text in Self.queries {
            let filter = FleetFilter(text: text, standings: standings)
            let states = standings.map { BrowserValue.quoted($0.rawValue) }.joined(separator: ",")
            let answer = try await page.evaluate(Self.script(text, "[\(states)]"))
            #expect(answer["shown"].elements.compactMap(\.text) == Self.names(filter), "\(filter)")
            #expect(answer["took"].double ?? .infinity < Self.longest, "\(filter)")
            let count = Self.names(filter).count
            let says = count == Self.hosts ? "All 2,000 hosts" : "\(PageText.grouped(count)) of 2,000 hosts"
            #expect(answer["says"] == .string(says))
            #expect(answer["empty"] == 0, "a domain without a host is shown")
          }
        }
        #expect(await page.faults == [])
      }
    }

    /// As many hosts with all that is said of each.
    @Test func atOnceOnTheCompliancePage() async throws {
      let samples = PageSamples()
      let model = samples.compliance(hosts: Self.hosts)
      let html = CompliancePage.render(model, filter: FleetFilter(), samples.context())
      try await Browser.with { browser in
        let page = try await browser.page { PageSite.asset($0) ?? PageSite.page(html) }
        try await page.open("\(PageSite.origin)/compliance")
        for text in ["sev-19", "rack7", "", "1.55.31"] {
          let answer = try await page.evaluate(Self.script(text, "[]"))
          let count = model.hosts.count { host in
            FleetFilter(text: text).takes(
              HostStanding(host.state), words: [host.host, host.domain ?? "", host.running ?? ""])
          }
          let says = count == Self.hosts ? "All 2,000 hosts" : "\(PageText.grouped(count)) of 2,000 hosts"
          #expect(answer["says"] == .string(says))
          #expect(answer["took"].double ?? .infinity < Self.longest, "\(text)")
        }
      }
    }

    /// News come in while a filter stands: it goes on standing, and so does the focus in it.
    @Test func newsKeepTheFilter() async throws {
      try await Browser.with { browser in
        let page = try await browser.page { request in
          if let asset = PageSite.asset(request) { return asset }
          guard request.path == "/" else { return PageSite.events([(id: 4712, data: #"{"text":"seen"}"#)]) }
          guard request.query.contains("fragment=1") else { return PageSite.page(Self.fleet()) }
          var model = PageSamples().fleet(hosts: Self.hosts, filter: FleetFilter(text: "sev-19"))
          model.domains[60].tiles[3].note = "news of sev-19"
          return PageSite.page(FleetPage.fragment(model, PageSamples().context()))
        }
        try await page.open("\(PageSite.origin)/")
        try await page.evaluate("document.getElementById('q').focus()")
        try await page.type("sev-19")
        try await page.wait(until: "document.getElementById('found').textContent.includes('news of sev-19')")
        #expect(try await page.evaluate("document.activeElement.id + ' ' + document.activeElement.value") == "q sev-19")
        #expect(try await page.evaluate("document.getElementById('shown').textContent") == "100 of 2,000 hosts")
        #expect(try await page.evaluate("document.querySelectorAll('#found li:not(.out)').length") == 100)
      }
    }

    /// From the change of the form to the layout that shows it.
    private static func script(_ text: String, _ states: String) -> String {
      """
      (() => {
        const form = document.getElementById("filter");
        const states = \(states);
        for (const box of form.querySelectorAll("[name=state]")) box.checked = states.includes(box.value);
        form.q.value = \(BrowserValue.quoted(text));
        const began = performance.now();
        form.q.dispatchEvent(new Event("input", { bubbles: true }));
        document.body.getBoundingClientRect();
        const took = performance.now() - began;
        const isShown = (element) => !element.closest(".out");
        return {
          took, says: document.getElementById("shown").textContent,
          shown: [...document.querySelectorAll("#found li[data-key]")].filter(isShown).map((item) => item.dataset.key),
          empty: [...document.querySelectorAll(".domain:not(.out)")].filter((domain) => !domain.querySelector("li:not(.out)")).length,
        };
      })()
      """
    }

    /// Typing changes the address, so that a reload or a bookmark shows the same.
    @Test func theAddressKeepsIt() async throws {
      try await Browser.with { browser in
        let page = try await browser.page { request in
          PageSite.asset(request) ?? (request.path == "/" ? PageSite.page(Self.fleet()) : PageSite.events([]))
        }
        try await page.open("\(PageSite.origin)/")
        try await page.evaluate("document.getElementById('q').focus()")
        try await page.type("rack2 x")
        #expect(try await page.evaluate("location.search") == "?q=rack2+x")
        try await page.evaluate("document.querySelector('[value=behind]').focus()")
        try await page.press(.space)
        #expect(try await page.evaluate("location.search") == "?q=rack2+x&state=behind")
      }
    }

    @Test func byTheServerWithoutScripts() async throws {
      for standings in Self.standings {
        for text in Self.queries {
          let filter = FleetFilter(text: text, standings: standings)
          let query =
            [(name: "q", value: text)] + standings.map { (name: "state", value: $0.rawValue) } + [
              (name: "state", value: "?")
            ]
          #expect(FleetFilter(query: query) == filter)
          let html = Self.fleet(filter)
          let out = html.components(separatedBy: "<li class=\"out\" data-state").count - 1
          #expect(Self.hosts - out == Self.names(filter).count, "\(filter)")
        }
      }
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        try await page.call("Emulation.setScriptExecutionDisabled", ["value": true])
        try await page.open("\(PageSite.origin)/fleet")
        #expect(try await page.evaluate("document.querySelector('.no-script').checkVisibility()").isTrue)
        #expect(try await page.evaluate("document.getElementById('theme').checkVisibility()") == false)
      }
    }

    private static func fleet(_ filter: FleetFilter = FleetFilter()) -> String {
      let samples = PageSamples()
      return FleetPage.render(samples.fleet(hosts: hosts, filter: filter), samples.context())
    }
  }
}
