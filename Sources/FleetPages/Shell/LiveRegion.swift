/// A part of a page that follows the journal: the script asks for it anew with `?fragment=1` whenever something
/// happened, and changes only what differs, so that focus, open parts and typed text stay.
struct LiveRegion {
  /// The journal entry that the content stands at: what follows it is news.
  var seq: Int64
  /// Only events of this rollout count; `nil`: all do.
  var rollout: String?
  /// At most one request in this time, however much happens.
  var pace: Pace

  enum Pace: Int {
    /// One rollout: people watch it.
    case quick = 500
    /// The whole fleet: thousands of tiles, and nobody watches every one.
    case calm = 3000

    var milliseconds: Int { rawValue }
  }

  func html(_ context: PageContext, _ content: Html) -> Html {
    .joined([
      Tag.div(.class("live-line")) {
        Tag.p(.id("live-status"), .class("live"), .role("status")) { "As of \(PageText.clock(context.now)) UTC" }
        Tag.p(.id("live-news"), .class("vh"), .plain("aria-live", "polite"))
      },
      Tag.div(
        .id("live"), .plain("data-after", "\(seq)"), rollout.map { .plain("data-rollout", $0) },
        .plain("data-pace", "\(pace.milliseconds)"), .plain("data-events", PageLinks.events.text)
      ) { content },
    ])
  }
}
