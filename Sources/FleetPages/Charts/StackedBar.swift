/// Shares of one whole as one bar. The numbers stand beside it in words, so it needs none of its own.
struct StackedBar {
  var shares: [(series: ChartSeries, count: Int)]
  /// What the bar tells, in one sentence; `nil`: the words beside it say it already.
  var says: String?

  private static let width = 1000

  var html: Html {
    let total = max(1, shares.reduce(0) { $0 + $1.count })
    var from = 0
    var rects: [Html] = []
    for share in shares where share.count > 0 {
      let start = from * Self.width / total
      from += share.count
      rects.append(
        Tag.rect(
          .class("fill", share.series.tone.css), .plain("x", "\(start)"), .plain("y", "0"),
          .plain("width", "\(from * Self.width / total - start)"), .plain("height", "10")
        ) { Tag.title { "\(share.series.name): \(share.count)" } })
    }
    return Tag.svg(
      .class("bar-chart"), .plain("viewBox", "0 0 \(Self.width) 10"), .plain("preserveAspectRatio", "none"),
      says == nil ? .plain("aria-hidden", "true") : .role("img"), says.map { .label($0) }
    ) { rects }
  }
}
