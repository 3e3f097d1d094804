import FleetCore

/// The fleet held against its targets and the bulletins, now or at a past time, with charts over time.
package enum CompliancePage {
  /// A form in which the whole report can be had.
  package enum Format: String, CaseIterable, Hashable, Sendable {
    case html, json, csv, junit

    var title: String {
      switch self {
      case .html: "To print"
      case .json: "JSON"
      case .csv: "CSV"
      case .junit: "JUnit"
      }
    }
  }

  package static func render(_ model: ComplianceModel, filter: FleetFilter, _ context: PageContext) -> String {
    PageShell.document(context, area: .compliance, title: "Compliance") {
      PageShell.heading("Compliance", badge: ComplianceText.overall(model.hosts)) {
        model.isPast ? "as it was at \(PageText.time(model.at)) UTC" : "as of each host's last look"
      } actions: {
        Format.allCases.map { format in
          Tag.a(.class("button"), .href(PageLinks.report(format, at: model.isPast ? model.at : nil))) { format.title }
        }
      }
      asOf(model)
      ComplianceParts.advisories(model.advisories)
      Tag.div(.class("pair")) {
        ComplianceParts.summary(model)
        ComplianceParts.overTime(model.days)
      }
      ComplianceParts.bulletins(model.bulletins)
      hosts(model, filter, context)
      ComplianceParts.waivers(model.waivers)
      ComplianceParts.restarts(model.restarts)
    }
  }

  private static func asOf(_ model: ComplianceModel) -> Html {
    Tag.form(.class("filter", "as-of"), .plain("method", "get"), .action(PageLinks.compliance)) {
      Tag.div(.class("field")) {
        Tag.label(.plain("for", "at")) { "As of the end of the day (UTC)" }
        Tag.input(
          .type("date"), .id("at"), .name("at"), .value(model.isPast ? PageText.day(model.at) : ""))
      }
      Tag.button(.type("submit"), .class("button")) { "Show" }
      if model.isPast { Tag.a(.href(PageLinks.compliance)) { "Back to now" } }
    }
  }

  private static func hosts(_ model: ComplianceModel, _ filter: FleetFilter, _ context: PageContext) -> Html {
    let order = ComplianceText.order.map { HostStanding($0) }
    let counts = Dictionary(grouping: model.hosts, by: { HostStanding($0.state) }).mapValues(\.count)
    let taken = model.hosts.map { host in
      filter.takes(HostStanding(host.state), words: [host.host, host.domain ?? "", host.running ?? ""])
    }
    return PageParts.panel("hosts", "Hosts") {
      if model.hosts.isEmpty {
        PageParts.empty("The inventory declares no host yet.")
      } else {
        filter.form(
          to: PageLinks.compliance, offers: order, counts: counts, taken: taken.count { $0 },
          keeping: model.isPast ? [(name: "at", value: PageText.day(model.at))] : [])
        Tag.div(.class("host-names"), .plain("aria-hidden", "true")) { columns.map { name in Tag.span { name } } }
        Tag.ul(.class("host-rows"), .id("found"), .label("Hosts with their findings")) {
          zip(model.hosts, taken).map { row($0, isTaken: $1, context) }
        }
      }
    }
  }

  private static let columns = ["Host", "State", "Target", "Runs", "After reset", "Features", "Last look"]

  private static func row(_ host: ComplianceModel.Host, isTaken: Bool, _ context: PageContext) -> Html {
    let standing = HostStanding(host.state)
    let words = [host.host, host.domain ?? "", host.running ?? ""].joined(separator: " ")
    let values = [
      PageParts.orUnknown(host.target), PageParts.orUnknown(host.running), PageParts.orUnknown(host.afterReset),
    ]
    return Tag.li(
      .class("lazy", isTaken ? "" : "out"), .plain("data-state", standing.rawValue), .plain("data-words", words)
    ) {
      Tag.div(.class("host-row")) {
        Tag.div {
          Tag.a(.class("mono"), .href(PageLinks.host(host.host))) { host.host }
          host.domain.map { domain in Tag.span(.class("sub")) { domain } }
        }
        Tag.div { standing.badge.html }
        zip(columns.dropFirst(2), values).map { name, value in cell(name, value) }
        Tag.div { ComplianceHostParts.features(host.features) }
        cell("Last look", PageText.html(age: host.lastSeen, now: context.now))
      }
      details(host)
    }
  }

  /// A value with its name, which stands above the column where there is room for one.
  private static func cell(_ name: String, _ value: Html) -> Html {
    Tag.div {
      Tag.span(.class("vh", "what")) { "\(name): " }
      value
    }
  }

  private static func details(_ host: ComplianceModel.Host) -> Html {
    Tag.details(.class("fold")) {
      Tag.summary {
        ComplianceHostParts.inShort(host)
        PageParts.spoken(" on \(host.host)")
      }
      ComplianceHostParts.tcbs(host)
      host.drift.map { drift in Tag.p { "Since the look before: \(drift)" } }
      ComplianceHostParts.findings(host.findings)
      ComplianceHostParts.verdicts(host.verdicts)
    }
  }
}
