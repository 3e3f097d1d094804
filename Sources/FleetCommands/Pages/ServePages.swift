import FleetCore
import FleetEngine
import FleetFormats
import FleetPages
import FleetServer
import FleetStore

/// The pages that `serve` shows, made of the store and the operator's files as they are when a page is asked for.
struct ServePages: ServerPages {
  let source: ServeSource
  let chain = ChainWatch()

  var routes: [PageRoute] {
    [
      page("/", "showFleetPage", "The fleet, a tile for every host.") { call, context in
        let model = try FleetPageModel.make(source, filter: FleetFilter(query: call.rawQuery))
        return call.wantsFragment
          ? .html(FleetPage.fragment(model, context)) : .html(FleetPage.render(model, context))
      },
      page("/rollouts", "showRolloutsPage", "Every rollout.") { _, context in
        let presence = await source.presence()
        return .html(RolloutsPage.render(try RolloutPageModel.rows(source, presence), context))
      },
      page("/rollouts/{rollout}", "showRolloutPage", "One rollout, live.") { call, context in
        let presence = await source.presence()
        let model = try RolloutPageModel.make(call.parameter("rollout"), source, presence)
        return call.wantsFragment
          ? .html(RolloutPage.fragment(model, context)) : .html(RolloutPage.render(model, context))
      },
      page("/hosts/{host}", "showHostPage", "The story of one host.") { call, context in
        let presence = await source.presence()
        let model = try HostPageModel.make(HostID(call.parameter("host")), source, presence)
        return .html(HostPage.render(model, context))
      },
      page("/compliance", "showCompliancePage", "The fleet against its targets and the bulletins.") { call, context in
        let moment = try call.moment
        let report = try source.complianceReport(at: moment, days: ReportCompliance.usualDays)
        let model = ComplianceModel(report, hosts: source.inventoryHosts, isPast: moment != nil)
        return .html(CompliancePage.render(model, filter: FleetFilter(query: call.rawQuery), context))
      },
      page("/compliance/report", "fetchReport", "The compliance report as a file.") { call, _ in
        try report(call)
      },
      page("/audit", "showAuditPage", "Who did what and why, and whether the journal is whole.") { call, context in
        .html(AuditPage.render(try AuditPageModel.make(source.store, chain, call), context))
      },
      PageRoute("/login", role: nil, "showLoginPage", "Where a token is given for a session.") { call in
        .html(LoginPage.render(next: call.queryText("next"), context(call.caller)))
      },
    ] + PageAsset.all.map(asset)
  }

  func signIn(_ refusal: APIProblem, next: String?) -> Answer {
    .html(LoginPage.render(refusal: refusal.text, next: next, context(nil)))
  }

  func problem(_ problem: APIProblem, caller: Caller?) -> Answer {
    let model = ErrorPage.Model(
      status: problem.status, kind: problem.kind, text: problem.text, expected: problem.expected, found: problem.found)
    return .html(ErrorPage.render(model, context(caller)))
  }

  // MARK: Parts

  private func page(
    _ path: String, _ name: String, _ about: String,
    _ body: @escaping @Sendable (Call, PageContext) async throws -> Answer
  ) -> PageRoute {
    PageRoute(path, role: .viewer, name, about) { call in
      let context = context(call.caller)
      return try await body(call, context)
    }
  }

  private func asset(_ asset: PageAsset) -> PageRoute {
    PageRoute(asset.link.text, role: nil, "asset" + asset.link.text.filter(\.isLetter), "A part of every page.") { _ in
      .asset(asset.body, contentType: asset.contentType, tag: asset.tag)
    }
  }

  private func context(_ caller: Caller?) -> PageContext {
    PageContext(now: source.clock.now(), viewer: caller.map(PageViewer.init))
  }

  private func report(_ call: Call) throws -> Answer {
    let format = CompliancePage.Format(rawValue: call.queryText("format") ?? CompliancePage.Format.html.rawValue)
    guard let format else {
      throw APIProblem(
        400, "badField", "there is no such format",
        expected: CompliancePage.Format.allCases.map(\.rawValue).joined(separator: ", "),
        found: call.queryText("format"))
    }
    let moment = try call.moment
    let report = try source.complianceReport(at: moment, days: ReportCompliance.usualDays)
    let form: ComplianceForm =
      switch format {
      case .html: .html
      case .json: .json
      case .csv: .csv
      case .junit: .junit
      }
    let text = try form.text(report, hosts: source.inventoryHosts, isPast: moment != nil, at: source.clock.now())
    return .file(text, contentType: form.contentType, name: "sevfleet-compliance.\(form.suffix)")
  }
}

extension PageViewer {
  /// What somebody may do is the role's, as the routes of the actions have it.
  init(_ caller: Caller) {
    self.init(
      name: caller.name, role: caller.role.rawValue,
      abilities: caller.role >= .operator ? Set(PageAbility.allCases) : [], formToken: caller.csrf ?? "")
  }
}

extension Call {
  /// The part of a page that follows the journal, alone.
  var wantsFragment: Bool { queryText("fragment") == "1" }

  /// The past time that is asked about; `nil`: now.
  var moment: Instant? {
    get throws {
      guard let text = queryText("at") else { return nil }
      if let instant = Instant(pageTime: text) { return instant }
      throw APIProblem(
        400, "badTime", "this is no time", expected: "2026-11-23T02:00:00Z", found: String(text.prefix(64)))
    }
  }
}

extension Instant {
  /// A day of a browser's field, up to its last second, or a time in full; both in UTC.
  init?(pageTime text: String) {
    guard let instant = Instant(rfc3339: text) ?? Instant(rfc3339: text + "T23:59:59Z") else { return nil }
    self = instant
  }
}
