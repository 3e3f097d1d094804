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
    return .content(status: 200, headers: ["Content-Type": asset.contentType, "ETag": asset.etag], body: asset.body)
  }

  static let missing = BrowserAnswer.content(status: 404, headers: ["Content-Type": "text/plain"], body: "not here")

  /// Gives every sample page out under its name; there are no events.
  static func sample(_ request: BrowserRequest) -> BrowserAnswer {
    if let asset = asset(request) { return asset }
    guard let sample = SamplePage(rawValue: String(request.path.dropFirst())) else { return missing }
    // The report stands alone: what it says of itself is all that may be loaded.
    if case .report = sample {
      return .content(status: 200, headers: ["Content-Type": "text/html; charset=utf-8"], body: sample.render())
    }
    return page(sample.render())
  }
}
