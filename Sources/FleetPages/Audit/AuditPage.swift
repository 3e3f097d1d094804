package import FleetCore

/// The journal as an audit log, newest first, with the head of its chain.
package enum AuditPage {
  package struct Entry: Hashable, Sendable {
    package var seq: Int64
    package var at: Instant
    package var kind: String
    package var who: String?
    package var host: String?
    package var rollout: String?
    package var text: String

    package init(
      seq: Int64, at: Instant, kind: String, who: String?, host: String?, rollout: String?, text: String
    ) {
      self.seq = seq
      self.at = at
      self.kind = kind
      self.who = who
      self.host = host
      self.rollout = rollout
      self.text = text
    }
  }

  /// The fields of the form; empty ones take everything.
  package struct Filter: Hashable, Sendable {
    package var by: String
    package var host: String
    package var rollout: String

    package init(by: String = "", host: String = "", rollout: String = "") {
      self.by = by
      self.host = host
      self.rollout = rollout
    }
  }

  /// What is known of the chain of hashes.
  package enum Chain: Hashable, Sendable {
    /// Every entry was held against the one before it, to the head.
    case whole
    /// The first fault in one sentence.
    case broken(String)
    case unchecked

    var badge: Badge {
      switch self {
      case .whole: Badge(.good, .check, "chain whole")
      case .broken: Badge(.bad, .cross, "chain broken")
      case .unchecked: Badge(.idle, .question, "chain not checked")
      }
    }
  }

  package struct Model: Hashable, Sendable {
    package var entries: [Entry]
    package var filter: Filter
    /// Entries in the whole journal.
    package var count: Int64
    /// Hash of the last entry; `nil`: there is none.
    package var head: String?
    package var chain: Chain
    /// Asks for the entries before this one; `nil`: there are no older ones.
    package var older: Int64?

    package init(entries: [Entry], filter: Filter, count: Int64, head: String?, chain: Chain, older: Int64?) {
      self.entries = entries
      self.filter = filter
      self.count = count
      self.head = head
      self.chain = chain
      self.older = older
    }
  }

  package static func render(_ model: Model, _ context: PageContext) -> String {
    PageShell.document(context, area: .audit, title: "Audit") {
      PageShell.heading("Audit", badge: model.chain.badge) { PageText.count(Int(model.count), "entry", "entries") }
      if case .broken(let fault) = model.chain { PageParts.notice(.bad, .warning) { fault } }
      Tag.p(.class("chain", "muted")) {
        "Head of the chain: "
        Tag.code { model.head ?? "none" }
      }
      form(model.filter)
      Tag.section(.class("panel"), .label("Entries")) {
        if model.entries.isEmpty { PageParts.empty("No entry is like that.") } else { table(model.entries) }
        model.older.map { older in
          Tag.p(.class("more")) { Tag.a(.class("button"), .href(page(model.filter, older))) { "Older entries" } }
        }
      }
    }
  }

  private static func page(_ filter: Filter, _ before: Int64) -> Link {
    let fields = [("by", filter.by), ("host", filter.host), ("rollout", filter.rollout)].filter { !$0.1.isEmpty }
    return .path("audit", query: fields.map { (name: $0.0, value: $0.1) } + [(name: "before", value: "\(before)")])
  }

  private static func form(_ filter: Filter) -> Html {
    let fields = [("by", "Who", filter.by), ("host", "Host", filter.host), ("rollout", "Rollout", filter.rollout)]
    return Tag.form(.class("filter"), .plain("method", "get"), .action(PageLinks.audit), .role("search")) {
      fields.map { name, title, value in
        Tag.div(.class("field")) {
          Tag.label(.plain("for", "f-\(name)")) { title }
          Tag.input(.type("text"), .id("f-\(name)"), .name(name), .value(value), .plain("maxlength", "200"))
        }
      }
      Tag.button(.type("submit"), .class("button")) { "Filter" }
    }
  }

  private static func table(_ entries: [Entry]) -> Html {
    PageParts.table("Entries of the journal", ["Entry", "Time", "Who", "What", "Kind", "Host", "Rollout"]) {
      entries.map { entry in
        Tag.tr {
          Tag.th(.plain("scope", "row"), .class("num")) { "\(entry.seq)" }
          Tag.td(.class("num")) { PageText.html(entry.at) }
          Tag.td { entry.who ?? "–" }
          Tag.td(.class("says")) { entry.text }
          Tag.td { Tag.code { entry.kind } }
          Tag.td { entry.host.map { host in Tag.a(.href(PageLinks.host(host))) { host } } ?? Html(escaping: "–") }
          Tag.td {
            entry.rollout.map { id in Tag.a(.class("mono"), .href(PageLinks.rollout(id))) { id } }
              ?? Html(escaping: "–")
          }
        }
      }
    }
  }
}
