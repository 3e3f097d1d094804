import FleetCore
import Testing

@Suite("RULES D6, FACTS 6.2: where a move stands") struct MoveStateTests {
  private static let token = MoveToken(source: "cmp-1", lastRecord: 7, powerState: 1)

  private static func server(
    on host: String?, _ status: ServerStatus = .active, task: String? = nil
  ) -> ComputeServer {
    var server = Bench.server("s", status: status, task: task)
    server.host = host
    return server
  }

  private static func record(
    _ status: String, id: Int = 8, kind: MigrationRecord.Kind = .live, server: String = "s"
  ) -> MigrationRecord {
    MigrationRecord(id: id, server: server, kind: kind, status: status, source: "cmp-1", destination: "cmp-2")
  }

  private enum Name: String { case notBegun, underWay, moved, awaitsConfirmation, failed, inError, gone }

  private static func name(_ state: MoveState) -> Name {
    switch state {
    case .notBegun: .notBegun
    case .underWay: .underWay
    case .moved: .moved
    case .awaitsConfirmation: .awaitsConfirmation
    case .failed: .failed
    case .inError: .inError
    case .gone: .gone
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: MigrationRecord.Kind
    var server: ComputeServer?
    var records: [MigrationRecord]
    var expected: String
  }

  static let rows: [Row] = [
    Row(testDescription: "deleted", kind: .live, server: nil, records: [], expected: "gone"),
    Row(
      testDescription: "nothing asked for yet", kind: .live, server: server(on: "cmp-1"), records: [],
      expected: "notBegun"),
    Row(
      testDescription: "an older record is another move's", kind: .live, server: server(on: "cmp-1"),
      records: [record("completed", id: 7)], expected: "notBegun"),
    Row(
      testDescription: "another server's record", kind: .live, server: server(on: "cmp-1"),
      records: [record("completed", server: "other")], expected: "notBegun"),
    Row(
      testDescription: "accepted, no record yet", kind: .live, server: server(on: "cmp-1", task: "migrating"),
      records: [], expected: "underWay"),
    Row(
      testDescription: "moved, the record lags", kind: .live, server: server(on: "cmp-2"),
      records: [record("running")], expected: "underWay"),
    Row(
      testDescription: "completed, the task lags", kind: .live, server: server(on: "cmp-2", task: "migrating"),
      records: [record("completed")], expected: "underWay"),
    Row(
      testDescription: "all three: host, task, record", kind: .live, server: server(on: "cmp-2"),
      records: [record("completed")], expected: "moved"),
    Row(
      testDescription: "completed, and it is still here", kind: .live, server: server(on: "cmp-1"),
      records: [record("completed")], expected: "failed"),
    Row(
      testDescription: "failed, ACTIVE on its old host", kind: .live, server: server(on: "cmp-1"),
      records: [record("error")], expected: "failed"),
    Row(
      testDescription: "cancelled", kind: .live, server: server(on: "cmp-1"), records: [record("cancelled")],
      expected: "failed"),
    Row(
      testDescription: "the newest record counts", kind: .live, server: server(on: "cmp-2"),
      records: [record("error"), record("completed", id: 9)], expected: "moved"),
    Row(
      testDescription: "ERROR", kind: .live, server: server(on: "cmp-1", .error), records: [record("completed")],
      expected: "inError"),
    Row(
      testDescription: "cold: VERIFY_RESIZE", kind: .cold, server: server(on: "cmp-2", .verifyResize),
      records: [record("finished", kind: .cold)], expected: "awaitsConfirmation"),
    Row(
      testDescription: "cold: confirming", kind: .cold, server: server(on: "cmp-2", .verifyResize),
      records: [record("confirming", kind: .cold)], expected: "underWay"),
    Row(
      testDescription: "cold: confirmed", kind: .cold, server: server(on: "cmp-2"),
      records: [record("confirmed", kind: .cold)], expected: "moved"),
    Row(
      testDescription: "cold: confirmed, the status lags", kind: .cold, server: server(on: "cmp-2", .verifyResize),
      records: [record("confirmed", kind: .cold)], expected: "underWay"),
    Row(
      testDescription: "cold: taken back", kind: .cold, server: server(on: "cmp-1"),
      records: [record("reverted", kind: .cold)], expected: "failed"),
    Row(
      testDescription: "cold: refused", kind: .cold, server: server(on: "cmp-1"),
      records: [record("error", kind: .cold)], expected: "failed"),
    Row(
      testDescription: "cold: under way", kind: .cold, server: server(on: "cmp-1", .resize, task: "resize_migrating"),
      records: [record("migrating", kind: .cold)], expected: "underWay"),
    Row(
      testDescription: "cold: the owner's resize is not ours to confirm", kind: .cold,
      server: server(on: "cmp-2", .verifyResize), records: [record("finished", kind: .other("resize"))],
      expected: "failed"),
    Row(
      testDescription: "live: the owner's resize is not ours to confirm", kind: .live,
      server: server(on: "cmp-2", .verifyResize), records: [record("finished", kind: .other("resize"))],
      expected: "failed"),
    Row(
      testDescription: "cold: the owner's resize is under way", kind: .cold,
      server: server(on: "cmp-1", .resize, task: "resize_migrating"),
      records: [record("migrating", kind: .other("resize"))], expected: "underWay"),
    Row(
      testDescription: "cold: the owner's resize after our move says nothing of it", kind: .cold,
      server: server(on: "cmp-2"),
      records: [record("confirmed", kind: .cold), record("confirmed", id: 9, kind: .other("resize"))],
      expected: "moved"),
    Row(
      testDescription: "cold: a live move's record is not ours", kind: .cold, server: server(on: "cmp-1"),
      records: [record("error")], expected: "notBegun"),
  ]

  @Test("D4: a cold move that came back has run, unless no host was ever found for it")
  func ran() {
    func ran(_ status: String, to host: String?, server: ComputeServer = Self.server(on: "cmp-1")) -> Bool? {
      var record = Self.record(status, kind: .cold)
      record.destination = host
      guard case .failed(_, let ran) = MoveState.judge(.cold, server: server, records: [record], token: Self.token)
      else { return nil }
      return ran
    }
    #expect(ran("error", to: nil) == false)
    #expect(ran("error", to: "cmp-2") == true)
    #expect(ran("reverted", to: "cmp-2") == true)
    #expect(ran("confirmed", to: "cmp-2") == true)
    #expect(ran("confirmed", to: "cmp-2", server: Self.server(on: "cmp-2")) == nil)
  }

  @Test("rows", arguments: rows) func judge(row: Row) {
    let state = MoveState.judge(row.kind, server: row.server, records: row.records, token: Self.token)
    #expect(Self.name(state).rawValue == row.expected, "\(state)")
  }

  @Test("a token goes round, and nothing else is one") func token() {
    for host in ["cmp-1", "cmp_1.example.org", ""] {
      let token = MoveToken(source: host, lastRecord: 12, powerState: 4)
      #expect(MoveToken(token.description) == token)
    }
    for text in ["", "cmp-1", "cmp-1#7", "cmp-1#x#1", "cmp-1#7#1#2"] { #expect(MoveToken(text) == nil) }
  }
}
