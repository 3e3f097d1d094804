import FleetPages
import Testing

/// What somebody may not do is not offered, and what cannot be done now is not either.
@Suite struct ActionTests {
  private static func offered(_ html: String) -> Set<PageAbility> {
    Set(PageAbility.allCases.filter { html.contains("id=\"act-\($0.rawValue)\"") })
  }

  @Test func onlyToThoseAllowed() {
    let samples = PageSamples()
    let actions: [PageAbility] = [.approve, .pause, .resume, .halt]
    for bits in 0..<(1 << actions.count) {
      let allowed = Set(actions.indices.filter { bits & (1 << $0) != 0 }.map { actions[$0] })
      #expect(Self.offered(RolloutPage.render(samples.rollout(), samples.context(allowed))) == allowed)
      var model = samples.rollout()
      model.actions = allowed
      #expect(Self.offered(RolloutPage.render(model, samples.context())) == allowed)
      #expect(Self.offered(RolloutPage.fragment(model, samples.context())) == allowed)
    }
    #expect(Self.offered(RolloutPage.render(samples.rollout(), samples.context(isSignedIn: false))) == [])
  }

  @Test func releaseOfWhatIsQuarantined() {
    let samples = PageSamples()
    for isQuarantined in [false, true] {
      for allowed in [Set<PageAbility>(), [.release], [.pause]] {
        let html = HostPage.render(samples.host(isQuarantined: isQuarantined), samples.context(allowed))
        #expect(Self.offered(html) == (isQuarantined && allowed == [.release] ? [.release] : []))
      }
    }
  }
}
