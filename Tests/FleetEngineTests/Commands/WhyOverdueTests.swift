import FleetCommands
import FleetCore
import FleetFormatCheck
import FleetFormats
import FleetStore
import Foundation
import Testing

@Suite("`why` of a host that is late says since when, beside the reason why nothing happens to it")
struct WhyOverdueTests {
  private static let name = "h1"
  private static let late = "policy wanted it where its target is by 2026-12-02, and it has not been seen there since "

  private static func answer(_ bed: StubLateness, at day: Double) throws -> WhyDocument {
    let host = try #require(bed.host(name))
    return try Why.answer(
      declared: host, bed.store, bed.inventory.compliance,
      WhySurroundings(now: StubLateness.day(day), commandLine: { $0.joined(separator: " ") }))
  }

  /// The document as `--json` prints it, once it is what its schema says.
  private static func overdue(in answer: WhyDocument) throws -> Any? {
    let text = try JSONText.pretty(answer)
    let schema = try #require(DocumentSchema.all["sevfleet.why/1"])
    let problems = try JSONSchema(try JSONText.compact(schema.json(isClosed: true))).problems(text)
    #expect(problems.isEmpty, "\(problems)")
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])["overdue"]
  }

  @Test("its line and its member come with the day it is late") func lines() throws {
    let bed = try StubLateness([Self.name])
    for day in [0.0, 14] {
      let answer = try Self.answer(bed, at: day)
      #expect(answer.overdue == nil && !answer.lines.contains { $0.contains("overdue") })
      #expect(try Self.overdue(in: answer) is NSNull)
    }
    let answer = try Self.answer(bed, at: 14.001)
    #expect(
      answer.lines == [
        "h1: no plan has named it yet", "overdue: \(Self.late)2026-11-18", "next: it is planned by: plan h1",
      ])
    #expect(try Self.overdue(in: answer) as? String == "\(Self.late)2026-11-18")
    #expect(answer.kind == "noPlan", "the reason stays what it was")
  }

  @Test("it is told with every reason") func reasons() throws {
    let bed = try StubLateness([StubRun.host.rawValue])
    let exclusions = [
      Exclusion(.needsBIOS, rule: "A4", "an older BIOS"), Exclusion(.unreachable, rule: "O1", "no answer"),
    ]
    for exclusion in exclusions {
      try bed.stub.exclude(exclusion)
      let answer = try Why.answer(
        declared: try #require(bed.host(StubRun.host.rawValue)), bed.store, ComplianceRules(),
        WhySurroundings(now: StubLateness.day(20)))
      #expect(answer.overdue != nil && answer.rule == exclusion.rule, "\(answer.lines)")
      #expect(answer.lines.first?.contains(exclusion.text) == true)
    }
  }

  @Test("it is not told where policy gives no time, a waiver covers it, or it is where it is wanted") func notLate()
    throws
  {
    var bed = try StubLateness([Self.name])
    bed.inventory.hosts[0].policy.complyWithin = nil
    #expect(try Self.answer(bed, at: 20).overdue == nil)
    for kind in ["behind", "overdue"] {
      var bed = try StubLateness([Self.name])
      bed.waive(Self.name, kind, until: 20)
      #expect(try Self.answer(bed, at: 20).overdue == nil, "\(kind)")
      #expect(try Self.answer(bed, at: 21).overdue != nil, "\(kind) has lapsed")
    }
    bed = try StubLateness([Self.name])
    try bed.look(Self.name, StubLateness.wanted, at: 16)
    #expect(try Self.answer(bed, at: 20).overdue == nil)
    try bed.look(Self.name, StubLateness.old, at: 21)
    #expect(try Self.answer(bed, at: 22).overdue == nil, "its time begins anew")
    #expect(try Self.answer(bed, at: 36).overdue?.hasSuffix("since 2026-12-09") == true)
  }
}
