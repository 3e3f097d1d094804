/// The signs of the pages, drawn by us on a field of 16 by 16. Each stands beside a word, never alone for it.
package enum Icon: String, CaseIterable, Hashable, Sendable {
  case brand, check, down, up, bolt, question, work, stop, pause, play, clock, dash, undo, cross, warning, search, sun
  case moon, person, arrow, dot

  /// Lines of the sign, as an SVG path.
  var path: String {
    switch self {
    case .brand: "M8 1.7l5.2 1.9v4.1c0 3.2-2.2 5.5-5.2 6.6-3-1.1-5.2-3.4-5.2-6.6V3.6zM5.6 7.9l1.8 1.8 3.1-3.4"
    case .check: "M3 8.6l3.3 3.2L13 4.8"
    case .down: "M8 2.8v10M3.8 8.8L8 13l4.2-4.2"
    case .up: "M8 13.2v-10M3.8 7.2L8 3l4.2 4.2"
    case .bolt: "M9.2 1.8L3.8 9h3.7l-.9 5.2L12.2 7H8.5z"
    case .question: "M5.3 5.7a2.7 2.7 0 1 1 4 2.4C8.4 8.6 8 9.1 8 10.1M8 13v.2"
    case .work: "M13 8a5 5 0 1 1-1.5-3.6M13.2 2v3h-3"
    case .stop: "M5.2 2h5.6L14 5.2v5.6L10.8 14H5.2L2 10.8V5.2zM5 8h6"
    case .pause: "M5.8 3.8v8.4M10.2 3.8v8.4"
    case .play: "M4.8 3.2L12.4 8l-7.6 4.8z"
    case .clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 5v3.3l2.2 1.3"
    case .dash: "M4 8h8"
    case .undo: "M5.6 2.8L2.8 5.6l2.8 2.8M3.2 5.6h5.6a3.8 3.8 0 0 1 0 7.6H6"
    case .cross: "M4 4l8 8M12 4l-8 8"
    case .warning: "M8 2.3l6 11H2zM8 6.4v3.2M8 11.5v.2"
    case .search: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4M10.2 10.2l3.4 3.4"
    case .sun:
      "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
    case .moon: "M13.2 9.6A5.6 5.6 0 1 1 6.4 2.8a4.6 4.6 0 0 0 6.8 6.8z"
    case .person: "M8 2.4a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M2.8 14c.4-2.8 2.4-4.2 5.2-4.2s4.8 1.4 5.2 4.2"
    case .arrow: "M3 8h10M9 4l4 4-4 4"
    case .dot: "M8 7a1 1 0 1 0 0 2 1 1 0 0 0 0-2"
    }
  }

  /// The sign as it stands in a text; readers of the screen skip it.
  package var html: Html {
    Tag.svg(.class("icon"), .plain("aria-hidden", "true"), .plain("viewBox", "0 0 16 16")) {
      Tag.use(.href(.fragment("i-\(rawValue)")))
    }
  }

  /// All signs once, for the head of a document.
  static var sprite: Html {
    Tag.svg(.class("sprite"), .plain("aria-hidden", "true"), .plain("width", "0"), .plain("height", "0")) {
      allCases.map { icon in
        Tag.symbol(.id("i-\(icon.rawValue)"), .plain("viewBox", "0 0 16 16")) { Tag.path(.plain("d", icon.path)) }
      }
    }
  }
}
