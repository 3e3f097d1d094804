import FleetCommands
import Testing

@Suite struct PatienceTests {
  @Test func whatGoesWrongEachTimeIsTriedLessAndLessOften() {
    for interval in [Duration.milliseconds(1), .seconds(20), .seconds(15 * 60), .seconds(3600)] {
      var last = Duration.zero
      for failures in 0...10_000 {
        let pause = Patience.pause(after: failures, every: interval)
        #expect(pause >= last && pause >= interval && pause <= max(interval, Patience.longest))
        if failures <= 1 { #expect(pause == interval) }
        if failures > 1, pause < Patience.longest { #expect(pause == last * 2) }
        last = pause
      }
      #expect(last == max(interval, Patience.longest))
    }
  }
}
