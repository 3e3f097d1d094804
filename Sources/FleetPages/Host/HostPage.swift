import FleetCore

/// The story of one host: how it stands and why, before and after side by side, its files, and all that happened.
package enum HostPage {
  package static func render(_ model: Model, _ context: PageContext) -> String {
    PageShell.document(context, area: .fleet, title: model.host) {
      PageShell.heading(model.host, badge: model.standing.badge) {
        model.domain.map { "in \($0)" } ?? "in no failure domain"
      } actions: {
        release(model, context)
      }
      quarantine(model)
      PageParts.panel("why", "Why") {
        Tag.p { model.why }
        model.next.map { next in Tag.p(.class("muted")) { "Next: \(next)" } }
        PageParts.facts([
          ("Target", PageParts.orUnknown(model.target)), ("Runs", PageParts.orUnknown(model.now?.version)),
          ("After a reset", PageParts.orUnknown(model.afterReset)), ("Floor", PageParts.orUnknown(model.floor)),
          ("Last look", PageText.html(age: model.now?.at, now: context.now)),
        ])
      }
      comparison(model)
      files(model.files, isSeen: model.now != nil)
      story(model.events)
    }
  }

  private static func release(_ model: Model, _ context: PageContext) -> Html {
    guard model.quarantine != nil else { return .empty }
    return ActionForm(
      ability: .release, target: PageLinks.release(host: model.host), back: PageLinks.host(model.host),
      title: "Release", icon: .play,
      says: "The host goes back into service as it is.", asksReason: true
    ).html(context)
  }

  private static func quarantine(_ model: Model) -> Html? {
    model.quarantine.map { reason in
      PageParts.notice(.bad, .stop) {
        Tag.b { "Out of service until a person releases it." }
        Tag.p { reason }
      }
    }
  }

  private static func comparison(_ model: Model) -> Html {
    guard let before = model.before else { return firmware(model.now) }
    return PageParts.panel("tcb", "Before and after") {
      PageParts.table("Before and after", ["What", "Before", "After", "Difference"]) {
        Difference.rows(before, model.now).map { row in
          Tag.tr(.class(row.change.isDifferent ? "differs" : "")) {
            Tag.th(.plain("scope", "row")) { row.name }
            Tag.td(.class("num")) { row.before ?? "unknown" }
            Tag.td(.class("num")) { row.after ?? "unknown" }
            Tag.td { row.change.badge.html }
          }
        }
      }
    }
  }

  /// Of a host that was never changed there is nothing to compare.
  private static func firmware(_ now: Look?) -> Html {
    PageParts.panel("tcb", "Firmware and TCB", note: now == nil ? "It was never seen." : "It was never changed.") {
      PageParts.table("Firmware and TCB", ["What", "Now"]) {
        Difference.rows(nil, now).map { row in
          Tag.tr {
            Tag.th(.plain("scope", "row")) { row.name }
            Tag.td(.class("num")) { PageParts.orUnknown(row.after) }
          }
        }
      }
    }
  }

  private static func files(_ files: [File], isSeen: Bool) -> Html {
    PageParts.panel("files", "Firmware files", note: isSeen ? PageText.count(files.count, "file") : nil) {
      if files.isEmpty {
        PageParts.empty(isSeen ? "No firmware file was seen." : "It was never seen.")
      } else {
        PageParts.table("Firmware files", ["Path", "Version", "SHA-256", "Loaded"]) {
          files.map { file in
            Tag.tr {
              Tag.th(.plain("scope", "row"), .class("mono")) { file.path }
              Tag.td(.class("num")) { PageParts.orUnknown(file.version) }
              Tag.td(.class("mono"), .tip(file.sha256)) { String(file.sha256.prefix(12)) }
              Tag.td { file.isEffective ? Badge(.good, .check, "effective").html : Html(escaping: "shadowed") }
            }
          }
        }
      }
    }
  }

  private static func story(_ events: [Event]) -> Html {
    PageParts.panel("story", "What happened", note: "newest first") {
      if events.isEmpty { PageParts.empty("Nothing was ever done to it.") }
      Tag.ol(.class("story")) {
        events.map { event in
          Tag.li(.class(event.tone.css)) {
            PageText.html(event.at)
            Tag.span { event.text }
            event.rollout.map { rollout in
              Tag.a(.class("mono"), .href(PageLinks.rollout(rollout))) { rollout }
            }
          }
        }
      }
    }
  }
}
