import GRDB

extension StoreError {
  /// What was thrown inside a transaction, typed.
  init(_ error: any Error) {
    switch error {
    case let error as StoreError: self = error
    case let error as DatabaseError where error.resultCode == .SQLITE_BUSY:
      self = .busy(seconds: FleetStore.busySeconds)
    case let error as DatabaseError:
      self = .database(code: error.extendedResultCode.rawValue, cause: error.message ?? "no message")
    default: self = .database(code: ResultCode.SQLITE_ERROR.rawValue, cause: String(describing: error))
    }
  }
}
