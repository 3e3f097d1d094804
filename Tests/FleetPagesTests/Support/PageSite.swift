import FleetBrowser
import FleetPages

/// The pages as a server would give them out, with the server's own rules on what a page may load.
enum PageSite {
  static let origin = "http://sevfleet.test"

  static func page(_ html: String) -> BrowserAnswer {
    .content(
      status: 200,
      headers: [
        "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": PageAsset.contentSecurityPolicy,
      ], body: html)
  }

  /// The assets; `nil`: the request is for something else.
  static func asset(_ request: BrowserRequest) -> BrowserAnswer? {
    guard let asset = PageAsset.all.first(where: { $0.link.text == request.path }) else { return nil }
    return .content(
      status: 200, headers: ["Content-Type": asset.contentType, "ETag": "\"\(asset.tag)\""], body: asset.body)
  }

  static let missing = BrowserAnswer.content(status: 404, headers: ["Content-Type": "text/plain"], body: "not here")

  /// Events as they stand in one answer; the connection ends with it.
  static func events(_ events: [(id: Int, data: String)]) -> BrowserAnswer {
    let body = events.map { "id: \($0.id)\nevent: sample\ndata: \($0.data)\n\n" }.joined()
    return .content(status: 200, headers: ["Content-Type": "text/event-stream"], body: ": here\n\n" + body)
  }

  /// Gives every sample page out under its name; there are no events.
  static func sample(_ request: BrowserRequest) -> BrowserAnswer {
    if let asset = asset(request) { return asset }
    if request.path == PageLinks.events.text { return events([]) }
    // Browsers ask for it beside pages that name no sign.
    if request.path == "/favicon.ico" { return .content(status: 204, headers: [:], body: "") }
    guard let sample = SamplePage(rawValue: String(request.path.dropFirst())) else { return missing }
    // With names as long as nobody gives them, on request.
    let tail = String(repeating: "x", count: 150)
    let samples = request.query == "long" ? PageSamples(word: { $0 + tail }) : PageSamples()
    if sample.isFile {
      return .content(status: 200, headers: ["Content-Type": "text/html; charset=utf-8"], body: sample.render(samples))
    }
    return page(request.query.contains("fragment=1") ? sample.fragment() : sample.render(samples))
  }
}
