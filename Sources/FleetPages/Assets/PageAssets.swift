import FleetFormats

/// What pages load besides themselves: style, script and the sign in the browser's tab. All of it is here, so a page
/// needs no network beyond its own server.
package struct PageAsset: Hashable, Sendable {
  package var link: Link
  package var contentType: String
  package var body: String
  /// Changes with the body: what stands between the quotes of an `ETag`.
  package var tag: String

  init(_ link: Link, _ contentType: String, _ body: String) {
    self.link = link
    self.contentType = contentType
    self.body = body
    tag = String(ContentHash.sha256(Array(body.utf8)).prefix(32))
  }

  package static let all = [
    PageAsset(PageLinks.style, "text/css; charset=utf-8", PageStyle.pages),
    PageAsset(PageLinks.script, "text/javascript; charset=utf-8", PageScript.text),
    PageAsset(PageLinks.icon, "image/svg+xml", icon),
  ]

  /// The strictest `Content-Security-Policy` that the pages work under: only what comes from their own server, and no
  /// script or style in the page.
  package static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    + "base-uri 'none'; frame-ancestors 'none'"

  private static let icon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><path fill=\"#1f5fd6\" "
    + "d=\"M8 .8l6.2 2.2v4.8c0 3.7-2.6 6.3-6.2 7.5C4.4 14.1 1.8 11.5 1.8 7.8V3z\"/><path fill=\"none\" "
    + "stroke=\"#fff\" stroke-width=\"1.6\" stroke-linecap=\"round\" stroke-linejoin=\"round\" "
    + "d=\"M5.2 8l2 2 3.6-4\"/></svg>"
}
