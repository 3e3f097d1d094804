import FleetCore

/// Parts that the page and the printed report share.
enum ComplianceParts {
  static func shares(_ counts: [ComplianceRow.State: Int]) -> [(series: ChartSeries, count: Int)] {
    ComplianceText.order.map { (series: ChartSeries(HostStanding($0).badge), count: counts[$0] ?? 0) }
  }

  static func summary(_ model: ComplianceModel) -> Html {
    let counts = ComplianceText.states(model.hosts)
    let good = counts[.compliant] ?? 0
    let all = model.hosts.count
    return PageParts.panel(
      "summary", "Summary", note: "\(PageText.grouped(good)) of \(PageText.count(all, "host")) compliant"
    ) {
      StackedBar(shares: shares(counts), says: "\(good) of \(all) hosts are compliant").html
      ChartSeries.legend(shares(counts))
    }
  }

  static func overTime(_ days: [ComplianceModel.Day]) -> Html {
    PageParts.panel("over-time", "Over time", note: "hosts by state, one column a day") {
      if days.isEmpty {
        PageParts.empty("There is no look of an earlier day.")
      } else {
        chart(days).html
      }
    }
  }

  private static func chart(_ days: [ComplianceModel.Day]) -> TimeChart {
    let first = days.first?.counts[.compliant] ?? 0
    let last = days.last?.counts[.compliant] ?? 0
    return TimeChart(
      id: "states", title: "Hosts by state over time",
      says: "From \(first) compliant hosts on the first day to \(last) on the last.",
      series: ComplianceText.order.map { ChartSeries(HostStanding($0).badge) },
      points: days.map { day in TimeChart.Point(at: day.at, counts: ComplianceText.order.map { day.counts[$0] ?? 0 }) })
  }

  static func bulletins(_ bulletins: [ComplianceModel.Bulletin]) -> Html {
    PageParts.panel("bulletins", "Bulletins", note: "a floor that is met is not yet a mitigation") {
      if bulletins.isEmpty {
        PageParts.empty("The facts know no bulletin.")
      } else {
        PageParts.table(
          "Bulletins",
          ["Bulletin", "Hosts"] + BulletinStanding.allCases.map(\.badge.word) + ["Time to close", "Fact"],
          classes: "bulletins"
        ) { bulletins.map { bulletin($0) } }
      }
    }
  }

  private static func bulletin(_ row: ComplianceModel.Bulletin) -> Html {
    let shares = BulletinStanding.allCases.map { (series: ChartSeries($0.badge), count: row.counts[$0] ?? 0) }
    return Tag.tr {
      Tag.th(.plain("scope", "row")) {
        Tag.span(.class("mono")) { row.id }
        Tag.span(.class("sub")) { row.title }
      }
      Tag.td(.class("bar-cell")) {
        StackedBar(
          shares: shares,
          says: shares.filter { $0.count > 0 }.map { "\($0.count) \($0.series.name)" }.joined(separator: ", ")
        ).html
      }
      shares.map { share in
        Tag.td(.class("num", share.count == 0 ? "zero" : "ink \(share.series.tone.css)")) {
          PageText.grouped(share.count)
        }
      }
      Tag.td { row.timeToCompliance ?? "not closed yet" }
      Tag.td { grade(row.fact) }
    }
  }

  /// What a statement rests on: grade and sources, the meaning of the grade in words for those who ask.
  static func grade(_ fact: Fact) -> Html {
    Tag.span(.class("fact")) {
      grade(fact.grade)
      " "
      fact.sources.joined(separator: ", ")
    }
  }

  static func grade(_ grade: FactGrade) -> Html {
    Tag.span(.class("grade"), .tip(ComplianceText.meaning(grade))) { "grade \(grade.rawValue)" }
  }

  static func advisories(_ advisories: [ComplianceModel.Advisory]) -> Html {
    .joined(
      advisories.map { advisory in
        PageParts.notice(.warn, .warning) {
          Tag.p { advisory.text }
          grade(advisory.fact)
        }
      })
  }

  static func waivers(_ waivers: [ComplianceModel.Waiver]) -> Html {
    PageParts.panel("waivers", "Waivers", note: PageText.count(waivers.count, "waiver")) {
      if waivers.isEmpty {
        PageParts.empty("Nothing is waived.")
      } else {
        PageParts.table("Waivers", ["What", "Hosts", "Owner", "Reason", "Last day", "State"]) {
          waivers.map { row in
            Tag.tr {
              Tag.th(.plain("scope", "row"), .class("mono")) { row.subject }
              Tag.td { row.hosts }
              Tag.td { row.owner }
              Tag.td(.class("says")) { row.reason }
              Tag.td(.class("num")) { row.expires }
              Tag.td {
                (row.isExpired ? Badge(.bad, .warning, "expired") : Badge(.info, .check, "in force")).html
              }
            }
          }
        }
      }
    }
  }

  static func restarts(_ restarts: [ComplianceModel.Restart]) -> Html {
    guard !restarts.isEmpty else { return .empty }
    var projects: [String] = []
    for row in restarts where !projects.contains(row.project) { projects.append(row.project) }
    let grouped = Dictionary(grouping: restarts, by: \.project)
    return PageParts.panel(
      "restarts", "Restart to attest higher", note: PageText.count(restarts.count, "server")
    ) {
      projects.map { project in
        Html.joined([
          Tag.h3 { "Project \(project)" },
          PageParts.table("Servers of \(project)", ["Server", "Host", "Launched on", "After a restart"]) {
            (grouped[project] ?? []).map { row in
              Tag.tr {
                Tag.th(.plain("scope", "row"), .class("mono")) { row.server }
                Tag.td(.class("mono")) { row.host }
                Tag.td { PageParts.orUnknown(row.launchedOn) }
                Tag.td { row.wouldAttest }
              }
            }
          },
        ])
      }
    }
  }
}
