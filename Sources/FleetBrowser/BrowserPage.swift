import Foundation

/// One page of a browser.
package struct BrowserPage: Sendable {
  let browser: Browser
  let session: String

  @discardableResult
  package func call(
    _ method: String, _ parameters: [String: BrowserValue] = [:]
  ) async throws(BrowserError) -> BrowserValue {
    try await browser.call(method, parameters, session: session)
  }

  /// Whatever went wrong in the page since it was made: errors of scripts, refused loads, breaches of its policy.
  package var faults: [String] { get async { await browser.faults[session] ?? [] } }

  /// Goes to a place and waits until it is loaded.
  package func open(_ url: String) async throws(BrowserError) {
    try await loaded { @Sendable () async throws(BrowserError) in
      _ = try await call("Page.navigate", ["url": .string(url)])
    }
  }

  /// Does something that loads a page, and waits until it is loaded.
  package func loaded(by cause: @Sendable () async throws(BrowserError) -> Void) async throws(BrowserError) {
    try await browser.event(Browser.Event(session: session, method: "Page.loadEventFired"), causedBy: cause)
  }

  /// The value of an expression; promises are waited for.
  @discardableResult
  package func evaluate(_ expression: String) async throws(BrowserError) -> BrowserValue {
    let answer = try await call(
      "Runtime.evaluate", ["expression": .string(expression), "awaitPromise": true, "returnByValue": true])
    if let details = answer["exceptionDetails"]["exception"]["description"].text {
      throw .threw(script: expression, text: details)
    }
    if let details = answer["exceptionDetails"]["text"].text { throw .threw(script: expression, text: details) }
    return answer["result"]["value"]
  }

  /// Waits until an expression holds, looking before every frame that is drawn.
  package func wait(until condition: String) async throws(BrowserError) {
    try await evaluate(
      """
      new Promise((done) => {
        const look = () => { if (\(condition)) done(true); else requestAnimationFrame(look); };
        look();
      })
      """)
  }

  /// What the page looks like for people: the colours they prefer, and the medium.
  package func emulate(dark: Bool, medium: String = "") async throws(BrowserError) {
    try await call(
      "Emulation.setEmulatedMedia",
      [
        "media": .string(medium),
        "features": [["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]],
      ])
  }

  package func resize(width: Int, height: Int, isPhone: Bool = false) async throws(BrowserError) {
    try await call(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .number(Double(width)), "height": .number(Double(height)),
        "deviceScaleFactor": isPhone ? 2 : 1, "mobile": .bool(isPhone),
      ])
  }

  /// Writes a picture (PNG) of the page from its top on, at most so many pixels high.
  package func screenshot(to path: String, highest: Int) async throws(BrowserError) {
    let size = try await call("Page.getLayoutMetrics")["cssContentSize"]
    let clip: BrowserValue = [
      "x": 0, "y": 0, "width": size["width"], "height": .number(min(size["height"].double ?? 0, Double(highest))),
      "scale": 1,
    ]
    let answer = try await call(
      "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true, "clip": clip])
    guard let text = answer["data"].text, let data = Data(base64Encoded: text) else { throw .notWritten(path) }
    let folder = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try data.write(to: URL(fileURLWithPath: path))
    } catch { throw .notWritten(path) }
  }

  /// The page on paper, as PDF.
  package func printed() async throws(BrowserError) -> [UInt8] {
    let answer = try await call("Page.printToPDF", ["printBackground": true, "preferCSSPageSize": true])
    return answer["data"].text.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) } ?? []
  }
}
