/// The whole fleet at one glance: a tile for every host, by failure domain, to be filtered by text and standing.
package enum FleetPage {
  package struct Tile: Hashable, Sendable {
    package var host: String
    package var standing: HostStanding
    /// The firmware that runs; `nil`: unknown.
    package var running: String?
    /// A few words on what is going on, such as the step under way.
    package var note: String?

    package init(host: String, standing: HostStanding, running: String?, note: String? = nil) {
      self.host = host
      self.standing = standing
      self.running = running
      self.note = note
    }

    /// What is said below its name: how it stands, and what is done to it or what runs.
    var line: String { ([standing.badge.word] + [note ?? running].compactMap { $0 }).joined(separator: " · ") }
  }

  package struct Domain: Hashable, Sendable {
    package var name: String
    package var tiles: [Tile]

    package init(name: String, tiles: [Tile]) {
      self.name = name
      self.tiles = tiles
    }
  }

  /// A rollout that runs or waits.
  package struct Work: Hashable, Sendable {
    package var rollout: String
    package var state: RolloutStanding
    package var text: String

    package init(rollout: String, state: RolloutStanding, text: String) {
      self.rollout = rollout
      self.state = state
      self.text = text
    }
  }

  package struct Model: Hashable, Sendable {
    package var domains: [Domain]
    package var filter: FleetFilter
    package var work: [Work]
    /// The journal entry that the model stands at: live events follow from here.
    package var seq: Int64

    package init(domains: [Domain], filter: FleetFilter, work: [Work], seq: Int64) {
      self.domains = domains
      self.filter = filter
      self.work = work
      self.seq = seq
    }
  }

  package static func render(_ model: Model, _ context: PageContext) -> String {
    PageShell.document(context, area: .fleet, title: "Fleet") {
      LiveRegion(seq: model.seq, rollout: nil, pace: .calm).html(context, content(model))
    }
  }

  /// What follows the journal alone: the page asks for it with its own query and `fragment=1`.
  package static func fragment(_ model: Model, _ context: PageContext) -> String { content(model).text }

  @HtmlBuilder private static func content(_ model: Model) -> Html {
    let count = model.domains.reduce(0) { $0 + $1.tiles.count }
    PageShell.heading("Fleet") {
      "\(PageText.count(count, "host")) in \(PageText.count(model.domains.count, "failure domain"))"
    }
    work(model.work)
    if count == 0 { PageParts.empty("The inventory declares no host yet.") } else { grid(model, count) }
  }

  @HtmlBuilder private static func grid(_ model: Model, _ count: Int) -> Html {
    let standings = Dictionary(grouping: model.domains.flatMap(\.tiles), by: \.standing).mapValues(\.count)
    let taken = model.domains.map { domain in domain.tiles.map { model.filter.takes($0, in: domain.name) } }
    model.filter.form(
      to: PageLinks.fleet, offers: HostStanding.allCases, counts: standings, taken: taken.joined().count { $0 })
    Tag.div(.id("found")) {
      model.domains.indices.map { domain(model.domains[$0], number: $0, isTaken: taken[$0]) }
    }
  }

  private static func work(_ work: [Work]) -> Html {
    guard !work.isEmpty else { return .empty }
    return PageParts.panel("work", "Under way") {
      Tag.ul(.class("rows")) {
        work.map { item in
          Tag.li {
            item.state.badge.html
            Tag.a(.class("mono"), .href(PageLinks.rollout(item.rollout))) { item.rollout }
            Tag.span { item.text }
          }
        }
      }
    }
  }

  private static func domain(_ domain: Domain, number: Int, isTaken: [Bool]) -> Html {
    let id = "domain-\(number)"
    let shares = HostStanding.allCases.map { standing in
      (series: ChartSeries(standing.badge), count: domain.tiles.count { $0.standing == standing })
    }
    return Tag.section(
      .class("domain", "lazy", isTaken.contains(true) ? "" : "out"), .labelled(by: id),
      .plain("data-group", domain.name)
    ) {
      Tag.div(.class("domain-head")) {
        Tag.h2(.id(id)) { domain.name }
        Tag.span(.class("muted")) { PageText.count(domain.tiles.count, "host") }
        StackedBar(shares: shares, says: nil).html
      }
      Tag.ul(.class("tiles")) { zip(domain.tiles, isTaken).map { tile($0, isTaken: $1) } }
    }
  }

  private static func tile(_ tile: Tile, isTaken: Bool) -> Html {
    let badge = tile.standing.badge
    return Tag.li(
      .class(isTaken ? "" : "out"), .plain("data-state", tile.standing.rawValue), .plain("data-key", tile.host)
    ) {
      Tag.a(.class("tile", badge.tone.css), .href(PageLinks.host(tile.host))) {
        Tag.b {
          badge.icon.html
          tile.host
        }
        " "
        Tag.span { tile.line }
      }
    }
  }
}
