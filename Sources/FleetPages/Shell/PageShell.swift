/// The frame of every page: one document with its landmarks.
enum PageShell {
  /// The part of the navigation that a page belongs to.
  enum Area: String, CaseIterable {
    case fleet, rollouts, compliance, audit

    var title: String {
      switch self {
      case .fleet: "Fleet"
      case .rollouts: "Rollouts"
      case .compliance: "Compliance"
      case .audit: "Audit"
      }
    }

    var link: Link {
      switch self {
      case .fleet: PageLinks.fleet
      case .rollouts: PageLinks.rollouts
      case .compliance: PageLinks.compliance
      case .audit: PageLinks.audit
      }
    }
  }

  /// `area`: `nil` where the page belongs to none.
  static func document(
    _ context: PageContext, area: Area?, title: String, @HtmlBuilder body: () -> Html
  ) -> String {
    let page = Tag.html(.plain("lang", "en")) {
      Tag.head {
        Tag.meta(.plain("charset", "utf-8"))
        Tag.meta(.name("viewport"), .plain("content", "width=device-width, initial-scale=1"))
        Tag.meta(.name("color-scheme"), .plain("content", "light dark"))
        Tag.meta(.name("referrer"), .plain("content", "no-referrer"))
        Tag.title { "\(title) · sevfleet" }
        Tag.link(.plain("rel", "icon"), .plain("type", "image/svg+xml"), .href(PageLinks.icon))
        Tag.link(.plain("rel", "stylesheet"), .href(PageLinks.style))
        // It sets the kept theme before anything is drawn, so it does not wait.
        Tag.script(.src(PageLinks.script))
      }
      Tag.body {
        Tag.a(.class("skip"), .href(.fragment("main"))) { "Skip to content" }
        Icon.sprite
        header(context, area)
        Tag.main(.id("main"), .plain("tabindex", "-1"), content: body)
        footer(context)
      }
    }
    return "<!DOCTYPE html>\n\(page.text)\n"
  }

  /// The heading of a page, a line below it, and what can be done.
  static func heading(
    _ title: String, badge: Badge? = nil, @HtmlBuilder line: () -> Html = { .empty },
    @HtmlBuilder actions: () -> Html = { .empty }
  ) -> Html {
    let actions = actions()
    return Tag.div(.class("page-head")) {
      Tag.div {
        Tag.div(.class("title")) {
          Tag.h1 { title }
          badge.map(\.html)
        }
        Tag.p(.class("muted"), content: line)
      }
      if !actions.text.isEmpty { Tag.div(.class("actions")) { actions } }
    }
  }

  private static func header(_ context: PageContext, _ area: Area?) -> Html {
    Tag.header(.class("top")) {
      Tag.div(.class("bar")) {
        Tag.a(.class("brand"), .href(PageLinks.fleet)) {
          Icon.brand.html
          "sevfleet"
        }
        if context.viewer != nil {
          Tag.nav(.label("Pages")) {
            Tag.ul {
              Area.allCases.map { item in
                Tag.li {
                  Tag.a(.href(item.link), item == area ? .plain("aria-current", "page") : nil) { item.title }
                }
              }
            }
          }
        }
        Tag.div(.class("tools")) {
          Tag.button(.type("button"), .id("theme"), .class("button", "quiet"), .flag("hidden")) {
            Icon.moon.html
            Tag.span { "Dark" }
          }
          account(context)
        }
      }
    }
  }

  private static func account(_ context: PageContext) -> Html? {
    context.viewer.map { viewer in
      Tag.form(.class("account"), .plain("method", "post"), .action(PageLinks.logout)) {
        PageParts.hidden("csrf", viewer.formToken)
        Tag.span(.class("who")) {
          Icon.person.html
          Tag.b { viewer.name }
          Tag.span(.class("muted")) { viewer.role }
        }
        Tag.button(.type("submit"), .class("button", "quiet")) { "Sign out" }
      }
    }
  }

  private static func footer(_ context: PageContext) -> Html {
    Tag.footer(.class("foot")) {
      Tag.p {
        "Made at "
        PageText.html(context.now)
        " UTC. All times are UTC."
      }
    }
  }
}
