/// What makes a server's move recognisable after a crash: where it was, the newest record before, and its power state.
package struct MoveToken: Hashable, Sendable, CustomStringConvertible {
  package var source: String
  /// Newest migration record of the server before the move; 0: none.
  package var lastRecord: Int
  /// Nova's power state before the move.
  package var powerState: Int

  package init(source: String, lastRecord: Int, powerState: Int) {
    self.source = source
    self.lastRecord = lastRecord
    self.powerState = powerState
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count == 3, let record = Int(parts[1]), let power = Int(parts[2]) else { return nil }
    self.init(source: String(parts[0]), lastRecord: record, powerState: power)
  }

  package var description: String { "\(source)#\(lastRecord)#\(powerState)" }
}

/// Where a move stands, judged from the server and its newest record, never from an answer to a request (FACTS 6.2).
package enum MoveState: Hashable, Sendable {
  case notBegun
  case underWay(String)
  /// Host changed, task null, record `completed` (live) or `confirmed` (cold).
  case moved(to: String)
  /// A cold move that waits for its confirmation, on the new host.
  case awaitsConfirmation(on: String)
  /// Back on its old host, or never ours to move. `ran`: it may have been switched off meanwhile (RULES D4).
  case failed(String, ran: Bool)
  case inError(String)
  /// The server was deleted.
  case gone

  package static func judge(
    _ kind: MigrationRecord.Kind, server: ComputeServer?, records: [MigrationRecord], token: MoveToken
  ) -> MoveState {
    guard let server else { return .gone }
    // Somebody else's record after ours, such as a resize by the owner, says nothing of our move.
    let record = records.filter { $0.server == server.id && $0.kind == kind && $0.id > token.lastRecord }
      .max { $0.id < $1.id }
    if server.status == .error {
      return .inError("\(server.name) is in ERROR on \(server.host ?? "no host"): \(server.fault ?? "no fault given")")
    }
    guard let record else {
      // Never ours to confirm or to take back.
      if server.status == .verifyResize { return .failed("it is resized by its owner", ran: false) }
      if server.taskState != nil { return .underWay("task \(server.taskState ?? "")") }
      if let host = server.host, host != token.source { return .moved(to: host) }
      return .notBegun
    }
    switch kind {
    case .live: return live(server, record, token)
    case .cold, .other: return cold(server, record, token)
    }
  }

  private static func live(_ server: ComputeServer, _ record: MigrationRecord, _ token: MoveToken) -> MoveState {
    guard server.taskState == nil, record.isEnded else { return .underWay("record \(record.status)") }
    if record.isFailure { return .failed("migration \(record.id) ended \(record.status)", ran: false) }
    guard let host = server.host, host != token.source else {
      return .failed(
        "migration \(record.id) ended \(record.status), and the server is still on \(token.source)", ran: false)
    }
    return .moved(to: host)
  }

  private static func cold(_ server: ComputeServer, _ record: MigrationRecord, _ token: MoveToken) -> MoveState {
    if record.isFailure || record.status == "reverted" {
      guard server.taskState == nil else { return .underWay("record \(record.status)") }
      // Without a destination the scheduler found none, so the guest was never touched.
      let ran = record.status == "reverted" || record.destination != nil
      return .failed("migration \(record.id) ended \(record.status)", ran: ran)
    }
    if record.status == "confirmed", server.status != .verifyResize, server.taskState == nil {
      guard let host = server.host, host != token.source else { return .failed("the server came back", ran: true) }
      return .moved(to: host)
    }
    if server.status == .verifyResize, server.taskState == nil, record.status == "finished", let host = server.host {
      return .awaitsConfirmation(on: host)
    }
    return .underWay("record \(record.status)")
  }
}
