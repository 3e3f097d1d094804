import FleetBrowser
import FleetPages
import Testing

extension BrowserTests {
  /// Every page for everyone: readers of the screen, both themes, and the narrowest phone.
  @Suite struct AccessibilityTests {
    @Test func everyPageIsWellFormed() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        for sample in SamplePage.allCases {
          try await page.open("\(PageSite.origin)/\(sample)")
          let found = try await PageProbe.run(PageProbe.structure, on: page)
          #expect(found.problems == [], "\(sample)")
          #expect(found.checked > 20, "\(sample)")
          _ = try await PageProbe.run(PageProbe.unfold, on: page)
          let nodes = try await page.accessibilityTree()
          let nameless = nodes.filter {
            $0.isFocusable && $0.name.isEmpty && $0.role != "RootWebArea" && $0.role != "main"
          }
          #expect(nameless == [], "\(sample)")
          #expect(nodes.contains { $0.role == "main" } && nodes.contains { $0.role == "banner" }, "\(sample)")
          #expect(nodes.contains { $0.role == "navigation" } == sample.isSignedIn, "\(sample)")
        }
        #expect(await page.faults == [])
      }
    }

    @Test func everyTextStandsOutInBothThemes() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        for dark in [false, true] {
          try await page.emulate(dark: dark)
          for sample in SamplePage.allCases {
            try await page.open("\(PageSite.origin)/\(sample)")
            let found = try await PageProbe.run(PageProbe.contrast, on: page)
            #expect(found.problems == [], "\(sample), dark: \(dark)")
            #expect(found.checked > 5, "\(sample), dark: \(dark)")
          }
        }
      }
    }

    @Test func nothingSticksOutOnAPhone() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        for width in [360, 768, 1280] {
          try await page.resize(width: width, height: 740, isPhone: width == 360)
          for sample in SamplePage.allCases {
            for words in ["", "?long"] {
              try await page.open("\(PageSite.origin)/\(sample)\(words)")
              let found = try await PageProbe.run(PageProbe.width, on: page)
              #expect(found.problems == [], "\(sample)\(words) at \(width)")
              #expect(found.checked > 20, "\(sample)\(words) at \(width)")
            }
          }
        }
      }
    }

    /// A browser mends what stands where it may not; here is nothing to mend.
    @Test func nothingHasToBeMended() async throws {
      try await Browser.with { browser in
        let page = try await browser.page(routes: PageSite.sample)
        try await page.call("Emulation.setScriptExecutionDisabled", ["value": true])
        for sample in SamplePage.allCases {
          try await page.open("\(PageSite.origin)/\(sample)")
          let read = try await page.evaluate("'<!DOCTYPE html>' + document.documentElement.outerHTML").text ?? ""
          #expect(MarkupSkeleton.of(read) == MarkupSkeleton.of(sample.render()), "\(sample)")
        }
      }
    }

    /// The probes see what they are for.
    @Test func theProbesCanFail() async throws {
      let bad = """
        <!DOCTYPE html><html lang="en"><head><title>x</title></head><body><header></header><main><h1>A</h1><h3>B</h3>
        <p id="a" style="color:#999;background:#fff">pale</p><p id="a" style="width:900px">wide</p><input name="f">
        <button></button></main><footer></footer></body></html>
        """
      try await Browser.with { browser in
        let page = try await browser.page { _ in
          .content(status: 200, headers: ["Content-Type": "text/html; charset=utf-8"], body: bad)
        }
        try await page.resize(width: 360, height: 740)
        try await page.open("\(PageSite.origin)/")
        let structure = try await PageProbe.run(PageProbe.structure, on: page).problems
        #expect(structure.contains("id a twice") && structure.contains("f has no label"))
        #expect(structure.contains { $0.hasPrefix("h3") })
        #expect(
          try await PageProbe.run(PageProbe.contrast, on: page).problems.contains { $0.hasPrefix("2.85 for “pale”") })
        #expect(try await PageProbe.run(PageProbe.width, on: page).problems.count > 1)
        #expect(
          try await page.accessibilityTree().contains { $0.role == "button" && $0.name.isEmpty && $0.isFocusable })
      }
    }
  }
}
