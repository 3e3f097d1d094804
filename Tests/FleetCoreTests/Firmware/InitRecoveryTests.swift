import FleetCore
import Testing

@Suite("What a person does where SEV did not start") struct InitRecoveryTests {
  private static func recovery(_ codes: [Int], at seconds: Double = 5) -> InitRecovery? {
    var seen = Bench.observation()
    seen.firmware.kernelLog?.initErrors = codes.map { .init(seconds: seconds, code: $0, line: "failed to INIT") }
    return InitRecovery(seen, facts: SampleFacts.all)
  }

  private static func texts(_ codes: [Int]) throws -> [String] { try #require(recovery(codes)).steps.map(\.text) }

  @Test("nothing is advised where the newest load started") func started() {
    #expect(Self.recovery([]) == nil)
    var seen = Bench.observation()
    seen.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: 24, line: "")]
    seen.firmware.kernelLog?.probedAt = 100
    #expect(
      InitRecovery(seen, facts: SampleFacts.all) == nil, "a load that failed is forgotten once a later one starts")
    seen.firmware.kernelLog = nil
    #expect(InitRecovery(seen, facts: SampleFacts.all) == nil, "nobody knows")
  }

  @Test("for every error number a reset of the keys stands last and never without its cost")
  func costs() throws {
    for code in 0...255 {
      let recovery = try #require(Self.recovery([code]))
      let texts = recovery.steps.map(\.text)
      let reset = texts.firstIndex { $0.contains("sevctl reset") }
      #expect((reset == nil) == [10, 33, 36].contains(code), "\(code)")
      if let reset {
        #expect(reset > 0 && texts[reset + 1].contains("PEK") && texts[reset + 1].contains("lost for good"), "\(code)")
      }
      #expect(recovery.steps.last?.words?.first == "host" && recovery.errors.count == 1, "\(code)")
    }
  }

  @Test("the cause decides what is tried first") func order() throws {
    for (code, cause, first) in [
      (10, .image, "put back"), (33, .image, "put back"), (36, .image, "put back"), (20, .platform, "power"),
      (24, .persistentState, "put back"), (37, .persistentState, "put back"), (99, .unknown, "put back"),
    ] as [(Int, InitRecovery.Cause, String)] {
      let texts = try Self.texts([code])
      #expect(texts[0].contains(first), "\(code): \(texts)")
      #expect(texts.contains { $0.contains("power") } == (cause != .image), "\(code)")
    }
    #expect(Self.recovery([10])?.grade == .b && Self.recovery([10, 20])?.grade == .c, "the weakest is told")
    #expect(Self.recovery([99])?.grade == nil, "no fact speaks of it")
    let both = try Self.texts([20, 10])
    #expect(both[0].contains("put back") && both.contains { $0.contains("sevctl reset") }, "\(both)")
  }
}
