import FleetCore

/// Counts over time as stacked columns, one column a look, with the numbers as a table.
struct TimeChart {
  struct Point {
    var at: Instant
    /// One count for each series, in their order.
    var counts: [Int]
  }

  /// Distinguishes the parts of several charts on a page.
  var id: String
  var title: String
  /// What the chart shows and how it ends, in one sentence.
  var says: String
  var series: [ChartSeries]
  var points: [Point]

  private static let width = 1000
  private static let height = 200
  /// So many marks on the axis of time fit a phone.
  private static let marks = 4

  private var top: Int { Self.roundTop(points.map { $0.counts.reduce(0, +) }.max() ?? 0) }

  var html: Html {
    Tag.figure(.class("chart")) {
      Tag.div(.class("plot")) {
        Tag.ol(.class("y-axis"), .plain("aria-hidden", "true")) {
          [top, top / 2, 0].map { value in Tag.li { PageText.grouped(value) } }
        }
        columns
        Tag.ol(.class("x-axis"), .plain("aria-hidden", "true")) {
          axisPoints.map { point in Tag.li { PageText.day(point.at) } }
        }
      }
      Tag.figcaption { ChartSeries.legend(zip(series, points.last?.counts ?? []).map { ($0, $1) }) }
      numbers
    }
  }

  private var columns: Html {
    let title = "\(id)-title"
    let says = "\(id)-says"
    return Tag.svg(
      .class("columns"), .plain("viewBox", "0 0 \(Self.width) \(Self.height)"), .plain("preserveAspectRatio", "none"),
      .role("img"), .labelled(by: title), .described(by: says)
    ) {
      Tag.title(.id(title)) { self.title }
      Tag.desc(.id(says)) { self.says }
      [0, Self.height / 2, Self.height].map { y in
        Tag.line(
          .class("rule"), .plain("x1", "0"), .plain("x2", "\(Self.width)"), .plain("y1", "\(y)"), .plain("y2", "\(y)"))
      }
      points.indices.map { column($0) }
    }
  }

  private func column(_ index: Int) -> Html {
    let point = points[index]
    let slot = Self.width / max(1, points.count)
    let left = index * Self.width / max(1, points.count)
    let gap = min(4, slot / 6)
    var below = 0
    return Tag.g {
      zip(series, point.counts).compactMap { series, count -> Html? in
        guard count > 0 else { return nil }
        let from = below * Self.height / max(1, top)
        below += count
        let to = below * Self.height / max(1, top)
        return Tag.rect(
          .class("fill", series.tone.css), .plain("x", "\(left + gap / 2)"), .plain("y", "\(Self.height - to)"),
          .plain("width", "\(max(1, slot - gap))"), .plain("height", "\(to - from)")
        ) { Tag.title { "\(PageText.day(point.at)): \(series.name) \(count)" } }
      }
    }
  }

  private var axisPoints: [Point] {
    guard points.count > Self.marks else { return points }
    return (0..<Self.marks).map { points[$0 * (points.count - 1) / (Self.marks - 1)] }
  }

  private var numbers: Html {
    Tag.details(.class("numbers")) {
      Tag.summary { "Numbers of this chart" }
      PageParts.table("\(title), as numbers", ["Day"] + series.map(\.name)) {
        points.reversed().map { point in
          Tag.tr {
            Tag.th(.plain("scope", "row")) { PageText.html(point.at, PageText.day(point.at)) }
            point.counts.map { count in Tag.td(.class("num")) { PageText.grouped(count) } }
          }
        }
      }
    }
  }

  /// The next even number of the form 1, 2, 4, 6 or 8 times a power of ten, so that the middle is a whole one too.
  static func roundTop(_ most: Int) -> Int {
    var unit = 1
    while true {
      for factor in [2, 4, 6, 8, 10] where factor * unit >= most { return factor * unit }
      unit *= 10
    }
  }
}
