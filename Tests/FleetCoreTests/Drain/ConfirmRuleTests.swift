import FleetCore
import Testing

@Suite("RULES D6: when a cold move is confirmed") struct ConfirmRuleTests {
  private static let running = 1
  private static let off = 4

  private static func rule() -> ConfirmRule { ConfirmRule(confirmAfter: .seconds(10), acceptance: .seconds(5)) }

  @Test("once the power state was as before for the whole time") func confirm() {
    var rule = Self.rule()
    #expect(rule.look(Self.running, before: Self.running, at: 1000) == .wait)
    #expect(rule.look(Self.running, before: Self.running, at: 10_999) == .wait)
    #expect(rule.look(Self.running, before: Self.running, at: 11_000) == .confirm)
  }

  @Test("a break starts the time over") func broken() {
    var rule = Self.rule()
    #expect(rule.look(Self.running, before: Self.running, at: 0) == .wait)
    #expect(rule.look(Self.off, before: Self.running, at: 9000) == .wait)
    #expect(rule.look(Self.running, before: Self.running, at: 9500) == .wait)
    #expect(rule.look(Self.running, before: Self.running, at: 10_000) == .wait)
    #expect(rule.look(Self.running, before: Self.running, at: 19_500) == .confirm)
  }

  @Test("what never comes up is taken back") func takenBack() {
    var rule = Self.rule()
    #expect(rule.look(Self.off, before: Self.running, at: 0) == .wait)
    #expect(rule.look(Self.off, before: Self.running, at: 24_999) == .wait)
    #expect(rule.look(Self.off, before: Self.running, at: 25_000) == .takeBack)
  }

  @Test("a server that was off is confirmed while it is off") func off() {
    var rule = ConfirmRule(confirmAfter: .zero, acceptance: .seconds(5))
    #expect(rule.look(Self.off, before: Self.off, at: 7) == .confirm)
  }
}
