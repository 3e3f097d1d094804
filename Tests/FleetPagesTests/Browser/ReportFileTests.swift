import FleetBrowser
import FleetPages
import Synchronization
import Testing

extension BrowserTests {
  /// The report as a file of its own, on the screen and on paper.
  @Suite struct ReportFileTests {
    /// Pixels of A4 less its margins, at 96 to the inch.
    private static let paper = 703

    @Test func itNeedsNothingElse() async throws {
      let asked = Mutex<[String]>([])
      try await Browser.with { browser in
        let page = try await browser.page { request in
          asked.withLock { $0.append(request.path) }
          return PageSite.sample(request)
        }
        try await page.call("Emulation.setScriptExecutionDisabled", ["value": true])
        try await page.open("\(PageSite.origin)/report")
        #expect(asked.withLock { $0 }.filter { $0 != "/favicon.ico" } == ["/report"])
        let rows = try await page.evaluate(
          "document.querySelectorAll('section[aria-labelledby=hosts] tbody tr').length"
        ).int
        #expect(rows == PageSamples().compliance().hosts.count)
        #expect(try await page.evaluate("document.querySelectorAll('svg.columns rect').length").int ?? 0 > 100)
        #expect(try await page.evaluate("document.querySelectorAll('.host-report').length").int == rows)
      }
    }

    @Test func itPrintsOnA4() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        try await page.open("\(PageSite.origin)/report")
        let pdf = try await page.printed()
        #expect(pdf.starts(with: "%PDF-".utf8))
        try await page.emulate(dark: true, medium: "print")
        try await page.resize(width: Self.paper, height: 1000)
        let width = try await page.evaluate("document.documentElement.scrollWidth").int ?? .max
        #expect(width <= Self.paper)
        // Paper is white, whatever the screen prefers.
        #expect(try await page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(24, 32, 42)")
        let cut = try await page.evaluate(
          "[...document.querySelectorAll('table')].filter((table) => table.getBoundingClientRect().right > innerWidth + 1).length"
        )
        #expect(cut == 0)
        try await page.screenshot(to: ".build-screens/report-print.png", highest: 2000)
        try await page.evaluate(
          "for (const part of document.querySelectorAll('main > :not(:last-child)')) part.remove()")
        try await page.screenshot(to: ".build-screens/report-print-hosts.png", highest: 2000)
      }
    }
  }
}
