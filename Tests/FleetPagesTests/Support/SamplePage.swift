import FleetCore
import FleetPages
import Testing

/// Every page that there is, full and where there is nothing to show.
enum SamplePage: String, CaseIterable, CustomTestStringConvertible {
  case fleet, rollouts, rollout, host, compliance, audit, login, error, report
  case emptyFleet, emptyRollouts, finishedRollout, unseenHost, emptyCompliance, brokenAudit, plainLogin, emptyReport

  var testDescription: String { rawValue }

  /// Whether it stands alone: all that it says of itself is all that may be loaded.
  var isFile: Bool { self == .report || self == .emptyReport }
  var isSignedIn: Bool { !isFile && self != .login && self != .plainLogin }

  func render(_ samples: PageSamples = PageSamples()) -> String {
    let context = samples.context(isSignedIn: isSignedIn)
    return switch self {
    case .fleet: FleetPage.render(samples.fleet(hosts: 160), context)
    case .rollouts: RolloutsPage.render(samples.rollouts(), context)
    case .rollout: RolloutPage.render(samples.rollout(), context)
    case .host: HostPage.render(samples.host(), context)
    case .compliance: CompliancePage.render(samples.compliance(), filter: FleetFilter(), context)
    case .audit: AuditPage.render(samples.audit(), context)
    case .login: LoginPage.render(refusal: samples.word("No token is like that."), next: samples.word("/x"), context)
    case .error: ErrorPage.render(error(samples), context)
    case .report: report(samples.compliance(), samples)
    case .emptyFleet: FleetPage.render(FleetPage.Model(domains: [], filter: FleetFilter(), work: [], seq: 0), context)
    case .emptyRollouts: RolloutsPage.render([], context)
    case .finishedRollout: RolloutPage.render(finished(samples), context)
    case .unseenHost: HostPage.render(samples.unseenHost(), context)
    case .emptyCompliance: CompliancePage.render(samples.emptyCompliance(), filter: FleetFilter(), context)
    case .brokenAudit: AuditPage.render(samples.audit(isBroken: true), context)
    case .plainLogin: LoginPage.render(context)
    case .emptyReport: report(samples.emptyCompliance(), samples)
    }
  }

  /// What follows the journal on it; the whole page where nothing does.
  func fragment(_ samples: PageSamples = PageSamples()) -> String {
    switch self {
    case .fleet: FleetPage.fragment(samples.fleet(hosts: 160), samples.context())
    case .rollout: RolloutPage.fragment(samples.rollout(), samples.context())
    case .finishedRollout: RolloutPage.fragment(finished(samples), samples.context())
    case .emptyFleet, .rollouts, .host, .compliance, .audit, .login, .error, .report, .emptyRollouts, .unseenHost,
      .emptyCompliance, .brokenAudit, .plainLogin, .emptyReport:
      render(samples)
    }
  }

  private func report(_ model: ComplianceModel, _ samples: PageSamples) -> String {
    ComplianceHtmlReport.render(model, title: samples.word("inventory"), madeAt: PageSamples.now)
  }

  private func finished(_ samples: PageSamples) -> RolloutPage.Model {
    var model = samples.rollout(standing: .finished)
    model.actions = []
    model.waits = []
    model.excluded = []
    return model
  }

  private func error(_ samples: PageSamples) -> ErrorPage.Model {
    ErrorPage.Model(
      status: 404, kind: samples.word("notFound"), text: samples.word("There is no rollout ro-77."),
      expected: samples.word("an id of a rollout"), found: samples.word("ro-77"))
  }
}
