import FleetCore
import FleetFormatCheck
import FleetFormats
import Foundation
import Testing

/// Schemas say exactly what documents hold: neither less nor more.
@Suite struct DocumentSchemaTests {
  private static let at = Instant(milliseconds: 1_795_000_000_000)
  private static let host = HostID("h1")

  private static func schema(_ name: String, isClosed: Bool = true) throws -> JSONSchema {
    let schema = try #require(DocumentSchema.all[name])
    return try JSONSchema(try JSONText.compact(schema.json(isClosed: isClosed)))
  }

  /// Documents that differ in what is known.
  private static func samples() throws -> [(name: String, text: String)] {
    var texts: [(String, String)] = []
    func add(_ name: String, _ document: some Encodable) throws { texts.append((name, try JSONText.compact(document))) }
    try add("sevfleet.error/1", ErrorDocument(kind: "usage", text: "why", expected: "this", found: nil))
    try add("sevfleet.audit/1", AuditDocument(entries: 7, head: "00", fault: nil))
    for kind in JournalFault.Kind.allCases {
      for host in [nil, host] {
        let fault = JournalFault(kind, seq: 3, host: host, "it is not what was written")
        try add("sevfleet.audit/1", AuditDocument(entries: 2, head: "00", fault: fault))
      }
    }
    for kind in Action.Kind.allCases {
      let row = AuditRow(
        seq: 4, at: at, by: "ada", what: kind, subject: "r-1", why: nil, rollout: "r-1", host: host)
      try add("sevfleet.actions/1", ActionsDocument([row], leftOut: 2))
    }
    let entries = [
      JournalEntry(seq: 1, at: at, rollout: nil, host: host, event: .finding(kind: "note", text: "x")),
      JournalEntry(
        seq: 2, at: at, rollout: "r-1", host: nil, event: .rolloutStarted(plan: "p", by: "ada", emergency: nil)),
      JournalEntry(seq: 3, at: at, rollout: "r-1", host: host, event: .hostDispatched),
    ]
    for next in [nil, 3] as [Int64?] { try add("sevfleet.journal/1", JournalDocument(entries, next: next)) }
    try add("sevfleet.history/1", HistoryDocument(host: host, entries: entries))
    let unseen = ProbeFailure(kind: .unreachable, text: "no route")
    let looks: [Result<Observation, ProbeFailure>] = [
      .failure(unseen), .success(Observation(host: host, observedAt: at)), .success(seen),
    ]
    for look in looks {
      let row = ObservationDocument.Host(host: host, look: look, at: at, floor: nil, facts: FactsFile.builtIn)
      try add("sevfleet.observation/1", ObservationDocument(hosts: [row]))
    }
    try add("sevfleet.compliance/1", ComplianceDocument(try ComplianceSample.report()))
    return texts.map { (name: $0.0, text: $0.1) }
  }

  private static var seen: Observation {
    var seen = Observation(host: host, observedAt: at)
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.kernel = "6.1.0"
    seen.pendingPackages = [PendingPackage(name: "fw", installed: "1", candidate: nil)]
    seen.lease = HostLease(line: "\(String(repeating: "a", count: 32)),r1,ctl1", since: at)
    seen.files = [
      FirmwareFile(
        path: "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", version: FirmwareVersion(1, 55, 31), spl: 25)
    ]
    return seen
  }

  @Test func documentsKeepTheirSchemas() throws {
    for (name, text) in try Self.samples() {
      for isClosed in [true, false] {
        let problems = try Self.schema(name, isClosed: isClosed).problems(text)
        #expect(problems.isEmpty, "\(name): \(problems) in \(text)")
      }
    }
  }

  /// A member that is missing, is another value or is new is noticed wherever it stands; a new one is for others none.
  @Test func everyMemberIsToldOf() throws {
    for (name, text) in try Self.samples() where name != "sevfleet.compliance/1" {
      let closed = try Self.schema(name)
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
      for (edit, other) in Self.edits(value) {
        let data = try JSONSerialization.data(withJSONObject: other)
        let problems = try closed.problems(String(decoding: data, as: UTF8.self))
        #expect(!problems.isEmpty, "\(name): \(edit) is not noticed in \(text)")
      }
    }
  }

  /// The value without one of its members, with one more, and with one that is a list of lists, at any depth; what lies
  /// in `data` is told by the event's kind.
  private static func edits(_ value: Any) -> [(edit: String, value: Any)] {
    var found: [(edit: String, value: Any)] = []
    if let object = value as? [String: Any] {
      found.append(("a member more", object.merging(["newcomer": 1]) { old, _ in old }))
      for (key, member) in object {
        found.append(("no \(key)", object.filter { $0.key != key }))
        found.append(("a list of lists as \(key)", object.merging([key: [[0]]]) { $1 }))
        guard key != "data" else { continue }
        found += edits(member).map { ("\(key): \($0.edit)", object.merging([key: $0.value]) { $1 }) }
      }
    }
    if let array = value as? [Any] {
      for index in array.indices {
        found += edits(array[index]).map { edit in
          var other = array
          other[index] = edit.value
          return ("[\(index)] \(edit.edit)", other)
        }
      }
    }
    return found
  }

  @Test func everySchemaIsWellMade() throws {
    for (name, schema) in DocumentSchema.all {
      guard case .object(let members) = schema else {
        Issue.record("\(name) is no object")
        continue
      }
      #expect(members.first == Schema.Member(name: "schema", schema: .words([name])))
      Self.walk(schema, name)
    }
  }

  private static func walk(_ schema: Schema, _ place: String) {
    switch schema {
    case .text, .time, .date, .version, .flag, .integer, .count, .anyObject: break
    case .words(let words): #expect(!words.isEmpty && Set(words).count == words.count, "\(place)")
    case .list(let element), .map(let element): walk(element, place)
    case .maybe(let inner):
      if case .maybe = inner { Issue.record("\(place) is null twice") }
      walk(inner, place)
    case .object(let members):
      #expect(Set(members.map(\.name)).count == members.count, "\(place)")
      for member in members { walk(member.schema, "\(place).\(member.name)") }
    }
  }

  /// What every kind of value is, and what it is not.
  @Test func valuesAreOfTheirKind() throws {
    let kinds: [(schema: Schema, good: [String], bad: [String])] = [
      (.text, ["\"\"", "\"x\""], ["1", "true", "{}", "[]"]),
      (.time, ["\"2026-11-27T01:02:03.004Z\""], ["\"2026-11-27\"", "\"2026-11-27T01:02:03Z\"", "0"]),
      (.date, ["\"2026-11-27\""], ["\"2026-11-27T01:02:03.004Z\"", "\"27.11.2026\"", "0"]),
      (.version, ["\"1.55.31\""], ["\"1.55\"", "\"0x1.37.1f\"", "\"v1.55.31\"", "1"]),
      (.flag, ["true", "false"], ["0", "1", "\"true\""]), (.integer, ["0", "-1"], ["\"0\"", "true", "1.5"]),
      (.count, ["0", "7"], ["-1", "\"0\"", "true", "1.5"]), (.words(["a", "b"]), ["\"a\"", "\"b\""], ["\"c\"", "1"]),
      (.list(.count), ["[]", "[1, 2]"], ["{}", "[-1]", "[\"1\"]", "1"]),
      (.map(.flag), ["{}", "{\"x\": true}"], ["{\"x\": 1}", "[]"]), (.anyObject, ["{}", "{\"x\": [1]}"], ["[]", "1"]),
      (["a": .text], ["{\"a\": \"\"}"], ["{}", "{\"a\": 1}", "{\"a\": \"\", \"b\": 1}", "[]"]),
    ]
    for (schema, good, bad) in kinds {
      for (isMaybe, schema) in [(false, schema), (true, .maybe(schema))] {
        let read = try JSONSchema(try JSONText.compact((["x": schema] as Schema).json(isClosed: true)))
        func problems(_ value: String) throws -> [String] { try read.problems("{\"x\": \(value)}") }
        for value in good { #expect(try problems(value).isEmpty, "\(schema): \(value)") }
        for value in bad { #expect(try !problems(value).isEmpty, "\(schema): \(value)") }
        #expect(try problems("null").isEmpty == isMaybe, "\(schema)")
      }
    }
  }
}
