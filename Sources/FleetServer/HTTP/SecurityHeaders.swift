import FleetPages

/// What every answer says to a browser: nothing from elsewhere, no frames, no guesses, no traces.
enum SecurityHeaders {
  static let fields: [(name: String, value: String)] = [
    ("content-security-policy", PageAsset.contentSecurityPolicy),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
  ]
  /// Where an answer does not say otherwise: what it tells is over in a moment, and not for others.
  static let cacheControl = "no-store"
}
