package import FleetCore

/// `report compliance --format html`: one file that needs nothing beside it, neither script nor network, and prints
/// well on A4.
package enum ComplianceHtmlReport {
  /// - Parameters:
  ///   - title: names the fleet, such as the inventory's folder.
  ///   - madeAt: when the file is made; the model says what time it speaks of.
  package static func render(_ model: ComplianceModel, title: String, madeAt: Instant) -> String {
    let page = Tag.html(.plain("lang", "en")) {
      Tag.head {
        Tag.meta(.plain("charset", "utf-8"))
        Tag.meta(.name("viewport"), .plain("content", "width=device-width, initial-scale=1"))
        Tag.meta(.name("color-scheme"), .plain("content", "light dark"))
        Tag.title { "SEV compliance of \(title), \(PageText.day(model.at))" }
        Tag.style { Html(markup: PageStyle.report) }
      }
      Tag.body(.class("report")) {
        Icon.sprite
        Tag.header(.class("report-head")) { head(model, title, madeAt) }
        Tag.main(.id("main")) { content(model) }
        Tag.footer(.class("foot")) { legend }
      }
    }
    return "<!DOCTYPE html>\n\(page.text)\n"
  }

  @HtmlBuilder private static func head(_ model: ComplianceModel, _ title: String, _ madeAt: Instant) -> Html {
    Tag.div(.class("title")) {
      Tag.h1 { "SEV compliance of \(title)" }
      ComplianceText.overall(model.hosts).map(\.html)
    }
    Tag.p(.class("muted")) {
      model.isPast ? "As it was at " : "As of "
      PageText.html(model.at)
      " UTC, made by sevfleet at "
      PageText.html(madeAt)
      " UTC"
    }
  }

  @HtmlBuilder private static func content(_ model: ComplianceModel) -> Html {
    ComplianceParts.advisories(model.advisories)
    ComplianceParts.summary(model)
    ComplianceParts.overTime(model.days)
    ComplianceParts.bulletins(model.bulletins)
    table(model.hosts)
    ComplianceParts.waivers(model.waivers)
    ComplianceParts.restarts(model.restarts)
    PageParts.panel("details", "Host by host") {
      if model.hosts.isEmpty { PageParts.empty("The inventory declares no host yet.") }
      model.hosts.indices.map { details(model.hosts[$0], number: $0) }
    }
  }

  private static func table(_ hosts: [ComplianceModel.Host]) -> Html {
    PageParts.panel("hosts", "Hosts", note: PageText.count(hosts.count, "host")) {
      PageParts.table("Hosts", ["Host", "State", "Target", "Runs", "After reset", "Last look", "In short"]) {
        hosts.indices.map { number in
          let host = hosts[number]
          return Tag.tr {
            Tag.th(.plain("scope", "row")) {
              Tag.a(.class("mono"), .href(.fragment("host-\(number)"))) { host.host }
              host.domain.map { domain in Tag.span(.class("sub")) { domain } }
            }
            Tag.td { HostStanding(host.state).badge.html }
            Tag.td(.class("num")) { PageParts.orUnknown(host.target) }
            Tag.td(.class("num")) { PageParts.orUnknown(host.running) }
            Tag.td(.class("num")) { PageParts.orUnknown(host.afterReset) }
            Tag.td(.class("num")) { host.lastSeen.map { PageText.html($0) } ?? Html(escaping: "never") }
            Tag.td { ComplianceHostParts.inShort(host) }
          }
        }
      }
    }
  }

  private static func details(_ host: ComplianceModel.Host, number: Int) -> Html {
    Tag.article(.class("host-report"), .labelled(by: "host-\(number)")) {
      Tag.div(.class("title")) {
        Tag.h3(.id("host-\(number)"), .class("mono")) { host.host }
        HostStanding(host.state).badge.html
        ComplianceHostParts.features(host.features)
      }
      ComplianceHostParts.tcbs(host)
      host.drift.map { drift in Tag.p { "Since the look before: \(drift)" } }
      ComplianceHostParts.findings(host.findings)
      ComplianceHostParts.verdicts(host.verdicts)
    }
  }

  private static var legend: Html {
    Tag.ul {
      FactGrade.allCases.map { grade in
        Tag.li {
          Tag.b { "Grade \(grade.rawValue)" }
          ": \(ComplianceText.meaning(grade))"
        }
      }
      Tag.li { "Unknown is not compliant, and a floor that is met is not yet a mitigation." }
    }
  }
}
