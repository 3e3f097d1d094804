/// Which hosts are shown. The page itself applies it at once; without scripts the server does.
package struct FleetFilter: Hashable, Sendable {
  /// Part of what is shown of a host: its name, its standing, its version or what is done to it, its domain. Empty:
  /// every host.
  package var text: String
  /// Empty: every standing.
  package var standings: Set<HostStanding>

  package init(text: String = "", standings: Set<HostStanding> = []) {
    self.text = text
    self.standings = standings
  }

  /// Reads the fields of the form: `q` and any number of `state`. Unknown states are passed over.
  package init(query: [(name: String, value: String)]) {
    text = query.last { $0.name == "q" }?.value ?? ""
    standings = Set(query.filter { $0.name == "state" }.compactMap { HostStanding(rawValue: $0.value) })
  }

  /// Whether a host is shown.
  package func takes(_ tile: FleetPage.Tile, in domain: String) -> Bool {
    takes(tile.standing, words: [tile.host, tile.line, domain])
  }

  /// `words`: all that the text is looked for in.
  package func takes(_ standing: HostStanding, words: [String]) -> Bool {
    guard standings.isEmpty || standings.contains(standing) else { return false }
    return text.isEmpty || words.joined(separator: " ").lowercased().contains(text.lowercased())
  }

  /// - Parameters:
  ///   - offers: the standings to choose from, in their order.
  ///   - counts: how many hosts there are of each, shown or not.
  ///   - taken: how many hosts are shown.
  ///   - keeping: fields of the page's address that go on with it.
  func form(
    to target: Link, offers: [HostStanding], counts: [HostStanding: Int], taken: Int,
    keeping: [(name: String, value: String)] = []
  ) -> Html {
    let total = counts.values.reduce(0, +)
    return Tag.form(.class("filter"), .id("filter"), .plain("method", "get"), .action(target), .role("search")) {
      keeping.map { PageParts.hidden($0.name, $0.value) }
      Tag.div(.class("find")) {
        Icon.search.html
        Tag.label(.class("vh"), .plain("for", "q")) { "Host, domain or version" }
        Tag.input(
          .type("search"), .id("q"), .name("q"), .value(text), .plain("placeholder", "Host, domain or version"),
          .plain("autocomplete", "off"), .plain("maxlength", "200"))
      }
      Tag.fieldset {
        Tag.legend(.class("vh")) { "Standing" }
        offers.map { chip($0, counts[$0] ?? 0) }
      }
      Tag.button(.type("submit"), .class("button", "no-script")) { "Filter" }
      Tag.p(.id("shown"), .class("muted"), .role("status")) { Self.shown(taken, of: total) }
    }
  }

  /// The script of the page says it in the same words.
  static func shown(_ taken: Int, of total: Int) -> String {
    taken == total
      ? "All \(PageText.count(total, "host"))" : "\(PageText.grouped(taken)) of \(PageText.count(total, "host"))"
  }

  private func chip(_ standing: HostStanding, _ count: Int) -> Html {
    let badge = standing.badge
    return Tag.label(.class("chip", badge.tone.css)) {
      Tag.input(
        .type("checkbox"), .name("state"), .value(standing.rawValue),
        standings.contains(standing) ? .flag("checked") : nil)
      badge.icon.html
      badge.word
      " "
      Tag.b { PageText.grouped(count) }
    }
  }
}
