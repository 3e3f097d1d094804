import FleetCore
import Synchronization
import Testing

/// Every shape of change × everything that can go wrong in it × the controller lost at every point × lost again at
/// every point of the second controller. Each schedule must end like the run that was never disturbed (D3, D4).
@Suite("Crashes at every point, twice") struct CrashMatrixTests {
  private static let total = Mutex(0)

  @Test("upgrade by reload, one server live and one cold") func reloadUpgrade() throws { try check(.reloadUpgrade) }

  @Test("downgrade by reset, a server stopped and one left") func resetDowngrade() throws { try check(.resetDowngrade) }

  @Test("factory with two files on a host somebody else had disabled") func factory() throws { try check(.factory) }

  @Test("repair") func repair() throws { try check(.repair) }

  @Test("a host outside Nova") func outsideNova() throws { try check(.outsideNova) }

  private func check(_ shape: CrashShape) throws {
    let stride = TestEnvironment.crashStride
    var schedules = 0
    var ends: [String: Int] = [:]
    for scenario in CrashScenario.all(shape) {
      let clean = try Self.drive(scenario, world: CrashWorld(scenario), log: [], left: .max).driver
      ends[clean.run.state.name, default: 0] += 1
      let problems = CrashRules.problems(clean)
      #expect(problems.isEmpty, "\(scenario), undisturbed: \(problems)")
      schedules += try crashes(scenario, clean, stride: stride)
    }
    Self.total.withLock { $0 += schedules }
    let all = Self.total.withLock { $0 }
    print(
      "CrashMatrixTests: \(shape.name): \(schedules) schedules, stride \(stride), ends \(ends); \(all) so far"
    )
    #expect(ends["converged"] != nil && ends["skipped"] != nil)
    #expect(shape.activationKind == nil || ends["quarantined"] != nil)
  }

  private func crashes(_ scenario: CrashScenario, _ clean: CrashDriver, stride: Int) throws -> Int {
    var schedules = 0
    for first in 1...clean.changes {
      let one = try Self.drive(scenario, world: CrashWorld(scenario), log: [], left: first)
      guard one.crashed else { continue }
      var second = 1 + first % stride
      while true {
        let two = try Self.drive(scenario, world: one.driver.world, log: one.driver.log, left: second)
        let end =
          two.crashed
          ? try Self.drive(scenario, world: two.driver.world, log: two.driver.log, left: .max).driver : two.driver
        schedules += 1
        let problems = CrashRules.problems(end) + CrashRules.differences(end, clean)
        if !problems.isEmpty {
          Issue.record("\(scenario), lost after \(first) and \(second) changes: \(problems)")
          return schedules
        }
        // Past its last change the second controller was not lost: there is no later point.
        if !two.crashed { break }
        second += stride
      }
    }
    return schedules
  }

  private static func drive(
    _ scenario: CrashScenario, world: CrashWorld, log: [HostRun.Event], left: Int
  ) throws -> (driver: CrashDriver, crashed: Bool) {
    var driver = try CrashDriver(scenario, world: world, log: log, left: left)
    do {
      try driver.drive()
      return (driver, false)
    } catch is Crash {
      return (driver, true)
    }
  }
}
