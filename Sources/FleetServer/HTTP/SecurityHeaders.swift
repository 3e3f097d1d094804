/// What every answer says to a browser: nothing from elsewhere, no frames, no guesses, no traces.
enum SecurityHeaders {
  static let fields: [(name: String, value: String)] = [
    (
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
  ]
  /// Where an answer does not say otherwise: what it tells is over in a moment, and not for others.
  static let cacheControl = "no-store"
}
