import FleetCore
import FleetStore
import GRDB
import Testing

@Suite struct PlanTests {
  @Test func whereItsImagesLieIsNoPartOfIt() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    var plan = Samples.plan([Samples.host(1)])
    let id = try Samples.planID(plan)
    try store.save(plan: plan, id: id, at: Samples.start)
    plan.changes[0].image?.path = "/srv/another/catalog/amd_sev_fam19h_model0xh.sbin"
    #expect(try Samples.planID(plan) == id)
    try store.save(plan: plan, id: id, at: Samples.time(1))
    #expect(try store.plan(id: id).plan == plan)
  }

  @Test func aPlanIsFoundByItsIDAndByEnoughOfIt() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    #expect(try store.latestPlan() == nil)
    let plan = Samples.plan([Samples.host(1), Samples.host(2)])
    let id = try Samples.planID(plan)
    try store.save(plan: plan, id: id, at: Samples.time(1))
    let stored = StoredPlan(id: id, createdAt: Samples.time(1), plannedAt: Samples.time(1), plan: plan)
    #expect(try store.plan(id: id) == stored)
    #expect(try store.plan(id: String(id.prefix("plan-".count + 8))) == stored)
    #expect(try store.latestPlan() == stored)
    let short = String(id.prefix("plan-".count + 7))
    #expect(throws: StoreError.tooShort(.plan, given: short, minimum: 13)) { try store.plan(id: short) }
    for wrong in ["plan-ffffffff0", "plan-%%%%%%%%%%", "plan-********", id + "0"] {
      #expect(throws: StoreError.notFound(.plan, given: wrong)) { try store.plan(id: wrong) }
    }
  }

  @Test func twoPlansThatBeginAlikeAreNamed() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let ids = ["plan-0123456789abcdef", "plan-01234567fedcba98", "plan-0123456"]
    for (index, id) in ids.enumerated() {
      try store.save(plan: Samples.plan([Samples.host(index)]), id: id, at: Samples.time(index))
    }
    #expect(throws: StoreError.ambiguous(.plan, given: "plan-01234567", matches: [ids[0], ids[1]])) {
      try store.plan(id: "plan-01234567")
    }
    #expect(try store.plan(id: "plan-012345678").id == ids[0])
    // A whole id is meant even where others begin with it.
    #expect(try store.plan(id: ids[2]).id == ids[2])
  }

  @Test func thePlanMadeLastIsTheLatest() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (first, second) = (Samples.plan([Samples.host(1)]), Samples.plan([Samples.host(2)]))
    try store.save(plan: first, id: "plan-first", at: Samples.time(1))
    try store.save(plan: second, id: "plan-second", at: Samples.time(2))
    #expect(try store.latestPlan()?.id == "plan-second")
    try store.save(plan: first, id: "plan-first", at: Samples.time(3))
    #expect(try store.latestPlan()?.id == "plan-first")
    #expect(try store.latestPlan()?.createdAt == Samples.time(1))
    #expect(try store.latestPlan()?.plannedAt == Samples.time(3))
  }

  @Test func theNewestPlanThatNamesAHostIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (one, two, three) = (Samples.host(1), Samples.host(2), Samples.host(3))
    let plans = [
      Plan(changes: [Samples.change(one)], upToDate: [two], excluded: []),
      Plan(
        changes: [], upToDate: [],
        excluded: [.init(host: one, exclusion: Exclusion(.unreachable, rule: "O1", "it does not answer"))]),
      Plan(changes: [], upToDate: [three], excluded: []),
    ]
    for (index, plan) in plans.enumerated() {
      try store.save(plan: plan, id: "plan-\(index)", at: Samples.time(index))
    }
    #expect(try store.latestPlan(naming: one)?.id == "plan-1")
    #expect(try store.latestPlan(naming: two)?.id == "plan-0")
    #expect(try store.latestPlan(naming: three)?.id == "plan-2")
    #expect(try store.latestPlan(naming: Samples.host(4)) == nil)
  }

  @Test func aPlanIsNeverChanged() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = Samples.plan([Samples.host(1)])
    try store.save(plan: plan, id: "plan-a", at: Samples.start)
    #expect(throws: StoreError.immutable(.plan, id: "plan-a")) {
      try store.save(plan: Samples.plan([Samples.host(2)]), id: "plan-a", at: Samples.start)
    }
    for sql in [
      "UPDATE plans SET body = '{}'", "UPDATE plans SET id = 'plan-b'", "DELETE FROM plans",
      "REPLACE INTO plans SELECT id, at, planned_at, '{}', sha256 FROM plans",
    ] {
      let error = #expect(throws: DatabaseError.self) { try folder.raw { try $0.execute(sql: sql) } }
      #expect(error?.message == "a plan is never changed")
    }
    #expect(try store.plan(id: "plan-a").plan == plan)
  }

  @Test func aDamagedPlanIsNotRun() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try store.save(plan: Samples.plan([Samples.host(1)]), id: "plan-a", at: Samples.start)
    try folder.raw {
      try $0.execute(sql: "DROP TRIGGER plans_no_update; UPDATE plans SET body = replace(body, '1.55.36', '1.55.37')")
    }
    let error = #expect(throws: StoreError.self) { try store.plan(id: "plan-a") }
    #expect(error?.kind == .corruptRecord)
    #expect(throws: StoreError.self) { try store.createRollout(id: "r-1", plan: "plan-a", at: Samples.start) }
  }
}
