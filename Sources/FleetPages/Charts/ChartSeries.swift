/// One kind of thing that a chart counts, in its place in the stack.
package struct ChartSeries: Hashable, Sendable {
  package var tone: Tone
  package var icon: Icon
  package var name: String

  init(_ badge: Badge) {
    tone = badge.tone
    icon = badge.icon
    name = badge.word
  }

  /// What the colours stand for, with a number each.
  static func legend(_ series: [(series: ChartSeries, count: Int)]) -> Html {
    Tag.ul(.class("legend")) {
      series.map { entry in
        Tag.li(.class(entry.series.tone.css)) {
          Tag.span(.class("swatch")) { entry.series.icon.html }
          Tag.span { entry.series.name }
          Tag.b { PageText.grouped(entry.count) }
        }
      }
    }
  }
}
