package import FleetCore

/// All rollouts, the newest first.
package enum RolloutsPage {
  package struct Row: Hashable, Sendable {
    package var id: String
    package var standing: RolloutStanding
    package var by: String?
    package var startedAt: Instant?
    package var ended: Int
    package var hosts: Int
    package var text: String

    package init(
      id: String, standing: RolloutStanding, by: String?, startedAt: Instant?, ended: Int, hosts: Int, text: String
    ) {
      self.id = id
      self.standing = standing
      self.by = by
      self.startedAt = startedAt
      self.ended = ended
      self.hosts = hosts
      self.text = text
    }
  }

  private static func bar(_ row: Row) -> Html {
    let ended = ChartSeries(Badge(row.standing.badge.tone, row.standing.badge.icon, "ended"))
    let rest = ChartSeries(Badge(.quiet, .clock, "not ended"))
    return StackedBar(
      shares: [(series: ended, count: row.ended), (series: rest, count: max(0, row.hosts - row.ended))], says: nil
    ).html
  }

  package static func render(_ rows: [Row], _ context: PageContext) -> String {
    PageShell.document(context, area: .rollouts, title: "Rollouts") {
      PageShell.heading("Rollouts") { PageText.count(rows.count, "rollout") }
      Tag.section(.class("panel"), .label("All rollouts")) {
        if rows.isEmpty {
          PageParts.empty("No plan was ever run.")
        } else {
          PageParts.table("All rollouts", ["Rollout", "State", "Hosts ended", "Started", "By", "What it says"]) {
            rows.map { row in
              Tag.tr {
                Tag.th(.plain("scope", "row")) { Tag.a(.class("mono"), .href(PageLinks.rollout(row.id))) { row.id } }
                Tag.td { row.standing.badge.html }
                Tag.td(.class("num", "bar-cell")) {
                  "\(PageText.grouped(row.ended)) of \(PageText.grouped(row.hosts))"
                  bar(row)
                }
                Tag.td {
                  row.startedAt == nil
                    ? Html(escaping: "not yet") : PageText.html(age: row.startedAt, now: context.now)
                }
                Tag.td { PageParts.orUnknown(row.by) }
                Tag.td(.class("says")) { row.text }
              }
            }
          }
        }
      }
    }
  }
}
