import FleetPages
import Testing

/// Every page that there is.
enum SamplePage: String, CaseIterable, CustomTestStringConvertible {
  case fleet, rollouts, rollout, host, compliance, audit, login, error, report

  var testDescription: String { rawValue }

  func render(_ samples: PageSamples = PageSamples()) -> String {
    let context = samples.context()
    return switch self {
    case .fleet: FleetPage.render(samples.fleet(hosts: 160), context)
    case .rollouts: RolloutsPage.render(samples.rollouts(), context)
    case .rollout: RolloutPage.render(samples.rollout(), context)
    case .host: HostPage.render(samples.host(), context)
    case .compliance: CompliancePage.render(samples.compliance(), filter: FleetFilter(), context)
    case .audit: AuditPage.render(samples.audit(), context)
    case .login:
      LoginPage.render(
        refusal: samples.word("No token is like that."), next: samples.word("/rollouts"),
        samples.context(isSignedIn: false))
    case .error:
      ErrorPage.render(
        ErrorPage.Model(
          status: 404, kind: samples.word("notFound"), text: samples.word("There is no rollout ro-77."),
          expected: samples.word("an id of a rollout"), found: samples.word("ro-77")), context)
    case .report:
      ComplianceHtmlReport.render(samples.compliance(), title: samples.word("inventory"), madeAt: PageSamples.now)
    }
  }

  /// What follows the journal on it; the whole page where nothing does.
  func fragment(_ samples: PageSamples = PageSamples()) -> String {
    switch self {
    case .fleet: FleetPage.fragment(samples.fleet(hosts: 160), samples.context())
    case .rollout: RolloutPage.fragment(samples.rollout(), samples.context())
    case .rollouts, .host, .compliance, .audit, .login, .error, .report: render(samples)
    }
  }
}
