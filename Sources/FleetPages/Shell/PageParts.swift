/// Parts that several pages are put together from.
enum PageParts {
  /// A part of a page with its heading; `id` becomes the heading's.
  static func panel(
    _ id: String, _ title: String, note: String? = nil, @HtmlBuilder content: () -> Html
  ) -> Html {
    Tag.section(.class("panel"), .labelled(by: id)) {
      Tag.div(.class("panel-head")) {
        Tag.h2(.id(id)) { title }
        note.map { note in Tag.p(.class("muted")) { note } }
      }
      content()
    }
  }

  /// Pairs of a name and a value.
  static func facts(_ pairs: [(name: String, value: Html)]) -> Html {
    Tag.dl(.class("facts")) {
      pairs.map { pair in
        Tag.div {
          Tag.dt { pair.name }
          Tag.dd { pair.value }
        }
      }
    }
  }

  /// A table that scrolls in its own frame where the page is narrow. `caption` names it for readers of the screen.
  static func table(
    _ caption: String, _ columns: [String], classes: String = "", @HtmlBuilder rows: () -> Html
  ) -> Html {
    Tag.div(.class("scroll"), .role("region"), .label(caption), .plain("tabindex", "0")) {
      Tag.table(.class("grid", classes)) {
        Tag.caption(.class("vh")) { caption }
        Tag.thead {
          Tag.tr { columns.map { column in Tag.th(.plain("scope", "col")) { column } } }
        }
        Tag.tbody(content: rows)
      }
    }
  }

  static func empty(_ text: String) -> Html { Tag.p(.class("empty")) { text } }

  /// What is not known is said, never left blank.
  static func orUnknown(_ text: String?) -> Html {
    guard let text else { return Tag.span(.class("muted")) { "unknown" } }
    return Html(escaping: text)
  }

  static func hidden(_ name: String, _ value: String) -> Html {
    Tag.input(.type("hidden"), .name(name), .value(value))
  }

  /// Text for readers of the screen alone.
  static func spoken(_ text: String) -> Html { Tag.span(.class("vh")) { text } }

  static func notice(_ tone: Tone, _ icon: Icon, @HtmlBuilder content: () -> Html) -> Html {
    Tag.div(.class("notice", tone.css)) {
      icon.html
      Tag.div(content: content)
    }
  }
}
