/// What owners and other operators do with a cold move that waits in VERIFY_RESIZE. None of it is in the audit.
extension LabCompute {
  /// Somebody confirms it, as Nova itself does after `resize_confirm_window`. Does nothing where nothing waits.
  package func confirmMove(of server: String) async throws {
    guard let record = waitingMove(server) else { return }
    setStatus(record, .confirming)
    try await confirm(record)
  }

  /// Somebody takes it back. Does nothing where nothing waits.
  package func revertMove(of server: String) async throws {
    guard let record = waitingMove(server) else { return }
    change(server) { $0.taskState = .resizeReverting }
    setStatus(record, .reverting)
    try await revert(record)
  }

  private func waitingMove(_ server: String) -> Int? {
    migrations.last { $0.server == server && $0.status == .finished }?.id
  }
}
