import FleetCore

/// One rollout, live: its waves, every host's steps, who holds the places, and what waits for what.
package enum RolloutPage {
  package static func render(_ model: Model, _ context: PageContext) -> String {
    PageShell.document(context, area: .rollouts, title: "Rollout \(model.id)") {
      LiveRegion(seq: model.seq, rollout: model.id, pace: .quick).html(context, content(model, context))
    }
  }

  /// What stands in the frame alone: the page asks for it with `?fragment=1` whenever something happened.
  package static func fragment(_ model: Model, _ context: PageContext) -> String { content(model, context).text }

  @HtmlBuilder private static func content(_ model: Model, _ context: PageContext) -> Html {
    PageShell.heading("Rollout \(model.id)", badge: model.standing.badge) {
      [
        model.reason, model.startedBy.map { "started by \($0)" },
        model.startedAt.map { PageText.age($0, now: context.now) },
      ].compactMap { $0 }.joined(separator: " · ")
    } actions: {
      actions(model, context)
    }
    summary(model)
    waits(model, context)
    model.waves.map { wave($0) }
    excluded(model.excluded)
  }

  private static func actions(_ model: Model, _ context: PageContext) -> Html {
    let says: [(PageAbility, title: String, icon: Icon, says: String)] = [
      (.approve, "Approve", .check, "You agree to exactly this plan."),
      (.resume, "Resume", .play, "It goes on where it stands."),
      (.pause, "Pause", .pause, "No further host is begun; those under way stop at their next step."),
      (.halt, "Halt", .stop, "No further host is begun until a person resumes it."),
    ]
    let forms = says.map { ability, title, icon, says in
      ActionForm(
        ability: ability, target: PageLinks.act(ability, rollout: model.id), back: PageLinks.rollout(model.id),
        title: title, icon: icon, says: says, asksReason: ability == .pause || ability == .halt,
        restarts: ability == .approve ? model.restarts : 0, isGrave: ability == .halt)
    }
    return .joined(forms.filter { model.actions.contains($0.ability) }.map { $0.html(context) })
  }

  private static func summary(_ model: Model) -> Html {
    let hosts = model.waves.flatMap(\.hosts)
    let shares = HostRow.Outcome.allCases.map { outcome in
      (series: ChartSeries(outcome.badge), count: hosts.count { $0.outcome == outcome })
    }
    let ended = hosts.count { $0.outcome != .waiting && $0.outcome != .underWay }
    return PageParts.panel("progress", "Progress", note: "\(ended) of \(PageText.count(hosts.count, "host")) ended") {
      StackedBar(shares: shares, says: "\(ended) of \(hosts.count) hosts have ended").html
      ChartSeries.legend(shares)
      PageParts.facts(
        [
          ("Forecast", Html(escaping: model.forecast ?? "none")),
          ("Plan", Tag.code { model.plan }),
        ] + model.budgets.map { ($0.name, budget($0)) })
    }
  }

  private static func budget(_ budget: Budget) -> Html {
    let names = budget.holders.isEmpty ? "" : ": \(budget.holders.joined(separator: ", "))"
    return Html(escaping: "\(budget.holders.count) of \(budget.limit)\(names)")
  }

  private static func waits(_ model: Model, _ context: PageContext) -> Html {
    guard !model.waits.isEmpty else { return .empty }
    return PageParts.panel("waits", "What waits for what") {
      Tag.ul(.class("rows")) {
        model.waits.map { wait in
          Tag.li {
            Tag.b { wait.who }
            Tag.span { wait.what }
            wait.since.map { since in Tag.span(.class("muted")) { PageText.html(age: since, now: context.now) } }
          }
        }
      }
    }
  }

  private static func wave(_ wave: Wave) -> Html {
    let ended = wave.hosts.count { $0.outcome != .waiting && $0.outcome != .underWay }
    let open = wave.isCurrent ? "true" : "false"
    return Tag.details(
      .class("panel", "wave"), .id("wave-\(wave.number)"), .plain("data-open", open),
      wave.isCurrent ? .flag("open") : nil
    ) {
      Tag.summary {
        Tag.h2 { "Wave \(wave.number)" }
        Tag.span(.class("muted")) { "\(ended) of \(wave.hosts.count) ended · \(wave.text)" }
      }
      Tag.ul(.class("hosts")) { wave.hosts.map { host($0) } }
    }
  }

  private static func host(_ row: HostRow) -> Html {
    Tag.li(.plain("data-key", row.host)) {
      Tag.div(.class("host-line")) {
        Tag.a(.class("mono"), .href(PageLinks.host(row.host))) { row.host }
        row.outcome.badge.html
        Tag.span(.class("num")) { "\(row.expected ?? "unknown") → \(row.desired ?? "BIOS copy")" }
        Tag.span(.class("muted")) { ([row.domain].compactMap { $0 } + [row.text]).joined(separator: " · ") }
      }
      Tag.ol(.class("steps"), .label("Steps of \(row.host)")) { row.steps.map { step($0) } }
    }
  }

  private static func step(_ mark: StepMark) -> Html {
    let badge = mark.state.badge
    let attempts = mark.attempts > 1 ? ", attempt \(mark.attempts)" : ""
    return Tag.li(.class("step", badge.tone.css), .tip("\(mark.step.rawValue): \(badge.word)\(attempts)")) {
      badge.icon.html
      Tag.span { mark.step == .proveEmpty ? "prove" : mark.step.rawValue }
      PageParts.spoken(": \(badge.word)\(attempts)")
      Tag.span(.class("muted", "num")) { mark.took.map { PageText.duration($0) } ?? "" }
    }
  }

  private static func excluded(_ excluded: [Excluded]) -> Html {
    guard !excluded.isEmpty else { return .empty }
    return PageParts.panel("left-alone", "Left alone", note: PageText.count(excluded.count, "host")) {
      PageParts.table("Hosts that the plan leaves alone", ["Host", "Kind", "Why"]) {
        excluded.map { row in
          Tag.tr {
            Tag.th(.plain("scope", "row")) { Tag.a(.href(PageLinks.host(row.host))) { row.host } }
            Tag.td { Tag.code { row.kind } }
            Tag.td(.class("says")) { row.text }
          }
        }
      }
    }
  }
}
