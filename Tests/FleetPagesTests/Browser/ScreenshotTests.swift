import FleetBrowser
import Testing

extension BrowserTests {
  /// Pictures for people to look at, in a folder that the repository ignores.
  @Suite struct ScreenshotTests {
    /// What lies further down looks like what is above it.
    private static let highest = 1900
    private static let folder = ".build-screens"

    /// A few parts that are folded otherwise, and the form of an action.
    private static let unfold = """
      for (const fold of [...document.querySelectorAll(".fold")].slice(0, 3)) fold.open = true;
      for (const action of document.querySelectorAll("#act-pause, #act-release")) action.open = true;
      """

    private struct Look: Sendable {
      var name: String
      var dark: Bool
      var width: Int
      var height: Int
      var isPhone: Bool
    }

    private static let looks = [
      Look(name: "light", dark: false, width: 1440, height: 900, isPhone: false),
      Look(name: "dark", dark: true, width: 1440, height: 900, isPhone: false),
      Look(name: "phone", dark: false, width: 390, height: 844, isPhone: true),
    ]

    @Test func everyPage() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        for look in Self.looks {
          try await page.emulate(dark: look.dark)
          try await page.resize(width: look.width, height: look.height, isPhone: look.isPhone)
          for sample in SamplePage.allCases {
            try await page.open("\(PageSite.origin)/\(sample.rawValue)")
            try await page.evaluate(Self.unfold)
            try await page.screenshot(to: "\(Self.folder)/\(sample.rawValue)-\(look.name).png", highest: Self.highest)
          }
        }
      }
    }
  }
}
